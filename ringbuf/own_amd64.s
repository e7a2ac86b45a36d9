//go:build amd64 && !race && !purego

#include "textflag.h"

// func ownLines(p unsafe.Pointer, n uint64)
TEXT ·ownLines(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), AX
	MOVQ n+8(FP), BX
	LEAQ -8(AX)(BX*1), DX // the last word

each:
	MOVQ (AX), CX
	MOVQ CX, (AX)
	ADDQ $64, AX
	CMPQ AX, DX
	JBE  each
	MOVQ (DX), CX
	MOVQ CX, (DX)
	RET

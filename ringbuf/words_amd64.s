//go:build amd64 && !race && !purego

#include "textflag.h"

// func copyWords(dst, src unsafe.Pointer, n uint64)
TEXT ·copyWords(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX

lines:
	CMPQ  CX, $64
	JB    quads
	MOVOU (SI), X0
	MOVOU 16(SI), X1
	MOVOU 32(SI), X2
	MOVOU 48(SI), X3
	MOVOU X0, (DI)
	MOVOU X1, 16(DI)
	MOVOU X2, 32(DI)
	MOVOU X3, 48(DI)
	ADDQ  $64, SI
	ADDQ  $64, DI
	SUBQ  $64, CX
	JMP   lines

quads:
	CMPQ  CX, $16
	JB    word
	MOVOU (SI), X0
	MOVOU X0, (DI)
	ADDQ  $16, SI
	ADDQ  $16, DI
	SUBQ  $16, CX
	JMP   quads

word:
	CMPQ CX, $8
	JB   bytes
	MOVQ (SI), AX
	MOVQ AX, (DI)
	ADDQ $8, SI
	ADDQ $8, DI
	SUBQ $8, CX

bytes:
	TESTQ CX, CX
	JZ    done
	MOVB  (SI), AX
	MOVB  AX, (DI)
	INCQ  SI
	INCQ  DI
	DECQ  CX
	JMP   bytes

done:
	RET

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

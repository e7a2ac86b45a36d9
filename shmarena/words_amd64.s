//go:build amd64 && !race && !purego

#include "textflag.h"

// func storeFull(dst *atomic.Uint64, src *byte, n int)
TEXT ·storeFull(SB), NOSPLIT, $0-24
	MOVQ  dst+0(FP), DI
	MOVQ  src+8(FP), SI
	MOVQ  n+16(FP), CX
	TESTQ CX, CX
	JLE   done

loop:
	MOVQ (SI), AX
	MOVQ AX, (DI)
	ADDQ $8, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  loop

done:
	RET

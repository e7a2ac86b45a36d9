//go:build amd64 && !race && !purego

#include "textflag.h"

// func copyUp(dst, src unsafe.Pointer, n int)
TEXT ·copyUp(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX

lines:
	CMPQ  CX, $8
	JLT   pairs
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
	SUBQ  $8, CX
	JMP   lines

pairs:
	CMPQ  CX, $2
	JLT   word
	MOVOU (SI), X0
	MOVOU X0, (DI)
	ADDQ  $16, SI
	ADDQ  $16, DI
	SUBQ  $2, CX
	JMP   pairs

word:
	TESTQ CX, CX
	JLE   done
	MOVQ  (SI), AX
	MOVQ  AX, (DI)

done:
	RET

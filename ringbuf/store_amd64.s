//go:build amd64 && !race && !purego

#include "textflag.h"

// func storePlain(w *atomic.Uint64, v uint64)
TEXT ·storePlain(SB), NOSPLIT, $0-16
	MOVQ w+0(FP), AX
	MOVQ v+8(FP), CX
	MOVQ CX, (AX)
	RET

// func storeBoth(a, b *atomic.Uint64, v uint64)
TEXT ·storeBoth(SB), NOSPLIT, $0-24
	MOVQ a+0(FP), AX
	MOVQ b+8(FP), BX
	MOVQ v+16(FP), CX
	MOVQ CX, (AX)
	MOVQ CX, (BX)
	RET

// func storeTouch(w *atomic.Uint64, v uint64, next *atomic.Uint64, u uint64)
TEXT ·storeTouch(SB), NOSPLIT, $0-32
	MOVQ w+0(FP), AX
	MOVQ v+8(FP), CX
	MOVQ next+16(FP), DX
	MOVQ u+24(FP), BX
	MOVQ CX, (AX)
	MOVQ BX, (DX)
	RET

// func storeDown(w *atomic.Uint64, n, stride, v uint64)
TEXT ·storeDown(SB), NOSPLIT, $0-32
	MOVQ  w+0(FP), AX
	MOVQ  n+8(FP), BX
	MOVQ  stride+16(FP), DX
	MOVQ  v+24(FP), CX
	TESTQ BX, BX
	JZ    done

loop:
	MOVQ CX, (AX)
	SUBQ DX, AX
	DECQ CX
	DECQ BX
	JNZ  loop

done:
	RET

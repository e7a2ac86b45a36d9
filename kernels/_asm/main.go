// Command _asm writes the assembly of package kernels and its Go stubs, for
// one level. The script generate runs it for both.
//
// Each function that begins with a call of routine emits one routine. The loop
// that it equals is in the package, and compiled on every platform.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	name := flag.String("level", "", "avx512 or avx2")
	flag.Parse()
	if level = levels[*name]; level == nil {
		log.Fatal("want -level avx512 or -level avx2")
	}
	ConstraintExpr("amd64,!purego")
	for _, emit := range []func(){
		sum, sumHalves, dot, sumInt, sumWords, shifted, coShifted, coShiftedInt, nearBits,
		minMax, minMaxInt, maxCode, hourOfDay, nearSums, binCells, countRows, fetch, countFloats, addRows, groupFloats,
		least, greatest, leastInt, greatestInt, indexOf, indexOfInt, indexNaN,
		count, countInt, compareBits, compareBitsInt,
		arith, arithInt, unary, fma, axpy,
		compress, places, filterFloat, filterInt, take, prefixSums,
		expEach, logEach, compensate, sumAbs,
		keys, parting, partingPairs, network, networkPairs,
		gemmTile, gemmPackAcross, gemmPackAlong, gemvDot, gemvAdd,
		narrow, unaryInt, axpyInt, dotInt, shiftedInt,
		hash, bucketsOf, encode, find,
	} {
		emit()
	}
	Generate()
}

package kernels

// onStack calls kernels of elements of 8 bytes.
var onStack = map[string]func(){
	"Add":                     func() { var d desk; Add(d.f[0][:], d.f[1][:], d.f[2][:]) },
	"Sub":                     func() { var d desk; Sub(d.f[0][:], d.f[1][:], d.f[2][:]) },
	"Mul":                     func() { var d desk; Mul(d.f[0][:], d.f[1][:], d.f[2][:]) },
	"Div":                     func() { var d desk; Div(d.f[0][:], d.f[1][:], d.f[2][:]) },
	"AddInt64":                func() { var d desk; AddInt64(d.i[0][:], d.i[1][:], d.i[2][:]) },
	"SubInt64":                func() { var d desk; SubInt64(d.i[0][:], d.i[1][:], d.i[2][:]) },
	"MulInt64":                func() { var d desk; MulInt64(d.i[0][:], d.i[1][:], d.i[2][:]) },
	"ScaleInt64":              func() { var d desk; ScaleInt64(d.i[0][:], 1, d.i[1][:]) },
	"AbsInt64":                func() { var d desk; AbsInt64(d.i[0][:], d.i[1][:]) },
	"NegInt64":                func() { var d desk; NegInt64(d.i[0][:], d.i[1][:]) },
	"AxpyInt64":               func() { var d desk; AxpyInt64(d.i[0][:], 1, d.i[1][:], d.i[2][:]) },
	"DotInt64":                func() { var d desk; DotInt64(d.i[0][:], d.i[1][:]) },
	"Compare":                 func() { var d desk; Compare(d.u[0][:1], d.f[0][:], Less, 1) },
	"CompareInt64":            func() { var d desk; CompareInt64(d.u[0][:1], d.i[0][:], Less, 1) },
	"CoMomentsOf":             func() { var d desk; CoMomentsOf(d.f[0][:], d.f[1][:]) },
	"CoMomentsInt64":          func() { var d desk; CoMomentsInt64(d.i[0][:], d.i[1][:]) },
	"Count":                   func() { var d desk; Count(d.f[0][:], Less, 1) },
	"CountInt64":              func() { var d desk; CountInt64(d.i[0][:], Less, 1) },
	"SumCompensated":          func() { var d desk; SumCompensated(d.f[0][:]) },
	"Exp":                     func() { var d desk; Exp(d.f[0][:], d.f[1][:]) },
	"Log":                     func() { var d desk; Log(d.f[0][:], d.f[1][:]) },
	"Min":                     func() { var d desk; Min(d.f[0][:]) },
	"Max":                     func() { var d desk; Max(d.f[0][:]) },
	"NanMin":                  func() { var d desk; NanMin(d.f[0][:]) },
	"NanMax":                  func() { var d desk; NanMax(d.f[0][:]) },
	"ArgMin":                  func() { var d desk; ArgMin(d.f[0][:]) },
	"ArgMax":                  func() { var d desk; ArgMax(d.f[0][:]) },
	"MinInt64":                func() { var d desk; MinInt64(d.i[0][:]) },
	"MaxInt64":                func() { var d desk; MaxInt64(d.i[0][:]) },
	"ArgMinInt64":             func() { var d desk; ArgMinInt64(d.i[0][:]) },
	"ArgMaxInt64":             func() { var d desk; ArgMaxInt64(d.i[0][:]) },
	"Filter":                  func() { var d desk; _, _ = Filter(d.f[0][:], d.f[1][:], d.u[0][:1], 0) },
	"FilterInt64":             func() { var d desk; _, _ = FilterInt64(d.i[0][:], d.i[1][:], d.u[0][:1], 0) },
	"FilterCompare":           func() { var d desk; _, _ = FilterCompare(d.f[0][:], d.f[1][:], Less, 1) },
	"FilterCompareInt64":      func() { var d desk; _, _ = FilterCompareInt64(d.i[0][:], d.i[1][:], Less, 1) },
	"MinMax":                  func() { var d desk; MinMax(d.f[0][:]) },
	"MinMaxInt64":             func() { var d desk; MinMaxInt64(d.i[0][:]) },
	"MomentsOf":               func() { var d desk; MomentsOf(d.f[0][:]) },
	"MomentsInt64":            func() { var d desk; MomentsInt64(d.i[0][:]) },
	"Norm1":                   func() { var d desk; Norm1(d.f[0][:]) },
	"NormInf":                 func() { var d desk; NormInf(d.f[0][:]) },
	"Norm2":                   func() { var d desk; Norm2(d.f[0][:]) },
	"PrefixSum":               func() { var d desk; PrefixSum(d.f[0][:], d.f[1][:], 1) },
	"PrefixSumExclusive":      func() { var d desk; PrefixSumExclusive(d.f[0][:], d.f[1][:], 1) },
	"PrefixSumInt64":          func() { var d desk; PrefixSumInt64(d.i[0][:], d.i[1][:], 1) },
	"PrefixSumExclusiveInt64": func() { var d desk; PrefixSumExclusiveInt64(d.i[0][:], d.i[1][:], 1) },
	"Sum":                     func() { var d desk; Sum(d.f[0][:]) },
	"Dot":                     func() { var d desk; Dot(d.f[0][:], d.f[1][:]) },
	"SumInt64":                func() { var d desk; SumInt64(d.i[0][:]) },
	"Scale":                   func() { var d desk; Scale(d.f[0][:], 1, d.f[1][:]) },
	"Sqrt":                    func() { var d desk; Sqrt(d.f[0][:], d.f[1][:]) },
	"Abs":                     func() { var d desk; Abs(d.f[0][:], d.f[1][:]) },
	"Neg":                     func() { var d desk; Neg(d.f[0][:], d.f[1][:]) },
	"FMA":                     func() { var d desk; FMA(d.f[0][:], d.f[1][:], d.f[2][:], d.f[3][:]) },
	"Axpy":                    func() { var d desk; Axpy(d.f[0][:], 1, d.f[1][:], d.f[2][:]) },
}

// onStackOrder calls what sorts, selects and merges them.
var onStackOrder = map[string]func(){
	"ArgSort":                 func() { var d desk; ArgSort(d.i[0][:], d.f[0][:], d.i[1][:]) },
	"ArgSortInt64":            func() { var d desk; ArgSortInt64(d.i[0][:], d.i[1][:], d.i[2][:]) },
	"SortDescending":          func() { var d desk; SortDescending(d.f[0][:]) },
	"SortInt64Descending":     func() { var d desk; SortInt64Descending(d.i[0][:]) },
	"SortUint64Descending":    func() { var d desk; SortUint64Descending(d.u[0][:]) },
	"ArgSortDescending":       func() { var d desk; ArgSortDescending(d.i[0][:], d.f[0][:], d.i[1][:]) },
	"ArgSortInt64Descending":  func() { var d desk; ArgSortInt64Descending(d.i[0][:], d.i[1][:], d.i[2][:]) },
	"ArgSortUint64Descending": func() { var d desk; ArgSortUint64Descending(d.i[0][:], d.u[0][:], d.i[1][:]) },
	"MergeDescending":         func() { var d desk; MergeDescending(d.f[0][:], d.f[1][:stackElems/2], d.f[2][:stackElems/2]) },
	"MergeInt64Descending":    func() { var d desk; MergeInt64Descending(d.i[0][:], d.i[1][:stackElems/2], d.i[2][:stackElems/2]) },
	"MergeUint64Descending":   func() { var d desk; MergeUint64Descending(d.u[0][:], d.u[1][:stackElems/2], d.u[2][:stackElems/2]) },
	"Merge":                   func() { var d desk; Merge(d.f[0][:], d.f[1][:stackElems/2], d.f[2][:stackElems/2]) },
	"MergeInt64":              func() { var d desk; MergeInt64(d.i[0][:], d.i[1][:stackElems/2], d.i[2][:stackElems/2]) },
	"PartialSort":             func() { var d desk; PartialSort(d.f[0][:], 3) },
	"PartialSortInt64":        func() { var d desk; PartialSortInt64(d.i[0][:], 3) },
	"Sort":                    func() { var d desk; Sort(d.f[0][:]) },
	"SortInt64":               func() { var d desk; SortInt64(d.i[0][:]) },
	"SortUint64":              func() { var d desk; SortUint64(d.u[0][:]) },
	"ArgSortUint64":           func() { var d desk; ArgSortUint64(d.i[0][:], d.u[0][:], d.i[1][:]) },
	"PartialSortUint64":       func() { var d desk; PartialSortUint64(d.u[0][:], 3) },
	"MergeUint64":             func() { var d desk; MergeUint64(d.u[0][:], d.u[1][:stackElems/2], d.u[2][:stackElems/2]) },
	"TopK":                    func() { var d desk; TopK(d.f[0][:], 3) },
	"TopKInt64":               func() { var d desk; TopKInt64(d.i[0][:], 3) },
	"TopKUint64":              func() { var d desk; TopKUint64(d.u[0][:], 3) },
}

// onStackGroups calls kernels of codes, places and bits.
var onStackGroups = map[string]func(){
	"CountBits":            func() { var d desk; CountBits(d.u[0][:]) },
	"Where":                func() { var d desk; _, _ = Where(d.i[0][:], d.u[0][:1], 0, stackElems) },
	"GroupedMoments":       func() { var d desk; _ = GroupedMoments(d.moments[:], d.b[0][:], d.f[0][:]) },
	"GroupedMomentsInt64":  func() { var d desk; _ = GroupedMomentsInt64(d.moments[:], d.b[0][:], d.i[0][:]) },
	"GroupedSumInt64":      func() { var d desk; _ = GroupedSumInt64(d.sums[:], d.c[0][:], d.i[0][:]) },
	"GroupedMomentsByCode": func() { var d desk; _ = GroupedMomentsByCode(d.moments[:], d.c[0][:], d.f[0][:]) },
	"HashInt64":            func() { var d desk; HashInt64(d.u[0][:], d.i[0][:], 1) },
	"Histogram":            func() { var d desk; Histogram(d.i[0][:2], d.f[0][:], stackBins) },
	"HistogramInt64":       func() { var d desk; HistogramInt64(d.i[0][:stackCells.Cells()], d.i[1][:], stackCells) },
	"GroupedHistogramInt64": func() {
		var d desk
		_ = GroupedHistogramInt64(d.i[0][:stackCells.Cells()], d.b[0][:], d.i[1][:], stackCells)
	},
	"HourOfDay":   func() { var d desk; HourOfDay(d.b[0][:], d.i[0][:]) },
	"FloatKeys":   func() { var d desk; FloatKeys(d.i[0][:], d.f[0][:]) },
	"KeyFloats":   func() { var d desk; KeyFloats(d.f[0][:], d.i[0][:]) },
	"Recode":      func() { var d desk; _ = Recode(d.c[0][:], d.c[1][:]) },
	"NarrowCodes": func() { var d desk; _ = NarrowCodes(d.b[0][:], d.c[0][:]) },
	"Take":        func() { var d desk; Take(d.f[0][:], d.f[1][:], d.i[0][:]) },
	"TakeInt64":   func() { var d desk; TakeInt64(d.i[0][:], d.i[1][:], d.i[2][:]) },
}

// stackBins and stackCells are bins, stackTable and stackJoin have memory of their own.
var (
	stackBins, stackCells = func() (Bins, BinsInt64) {
		b, err := NewBins(0, 1, 2)
		c, err2 := NewBinsInt64(0, 1, 2)
		if err != nil || err2 != nil {
			panic("bins")
		}
		return b, c
	}()
	stackTable, stackJoin = func() (Table, Join) {
		t, err := TableOn(make([]uint64, TableWords(stackElems)))
		j, err2 := JoinOn(make([]uint64, JoinWords(stackElems)))
		if err != nil || err2 != nil {
			panic("memory")
		}
		t.Reset(1)
		return t, j
	}()
)

// onStackMethods calls methods that take slices.
var onStackMethods = map[string]func(){
	"Encode": func() { var d desk; _, _ = stackTable.Encode(d.c[0][:], d.i[0][:]) },
	"Find":   func() { var d desk; stackTable.Find(d.c[0][:], d.i[0][:]) },
	"Join": func() {
		var d desk
		_ = stackJoin.Build(d.c[0][:], d.i[0][:], 1)
		stackJoin.Pairs(InnerJoin, d.i[1][:], d.i[2][:], d.i[0][:], JoinPlace{})
	},
}

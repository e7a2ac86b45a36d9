package kernels

// indexOf returns the index of the first element that equals v, len(x) if none
// does.
func indexOf[T element](x []T, v T) int {
	for at := 0; at < len(x); at += block1 {
		giveWay(len(x) - at)
		part := x[at:min(at+block1, len(x))]
		if i := indexOfBlock(part, v); i < len(part) {
			return at + i
		}
	}
	return len(x)
}

// indexOfBlock chooses the body by the type of the elements.
func indexOfBlock[T element](x []T, v T) int {
	if active == levelGo {
		return indexOfGo(x, v)
	}
	wide := active == levelAVX512
	switch x := any(x).(type) {
	case []float64:
		return indexOfFloat64Block(x, any(v).(float64), wide)
	case []int64:
		return indexOfInt64Block(x, any(v).(int64), wide)
	case []float32:
		return indexOfFloat32Block(x, any(v).(float32), wide)
	case []int32:
		return indexOfInt32Block(x, any(v).(int32), wide)
	}
	return 0
}

func indexOfFloat64Block(x []float64, v float64, wide bool) int {
	if wide {
		return indexOfAVX512(x, v)
	}
	return indexOfAVX2(x, v)
}

func indexOfInt64Block(x []int64, v int64, wide bool) int {
	if wide {
		return indexOfInt64AVX512(x, v)
	}
	return indexOfInt64AVX2(x, v)
}

func indexOfGo[T element](x []T, v T) int {
	for i, w := range x {
		if w == v {
			return i
		}
	}
	return len(x)
}

// indexNaN returns the index of the first NaN, len(x) if there is none. Integers have
// none.
func indexNaN[T element](x []T) int {
	for at := 0; at < len(x); at += block1 {
		giveWay(len(x) - at)
		part := x[at:min(at+block1, len(x))]
		if i := indexNaNBlock(part); i < len(part) {
			return at + i
		}
	}
	return len(x)
}

// indexNaNBlock chooses the body by the type of the elements.
func indexNaNBlock[T element](x []T) int {
	if active == levelGo {
		return indexNaNGo(x)
	}
	wide := active == levelAVX512
	switch x := any(x).(type) {
	case []float64:
		if wide {
			return indexNaNAVX512(x)
		}
		return indexNaNAVX2(x)
	case []float32:
		if wide {
			return indexNaNFloat32AVX512(x)
		}
		return indexNaNFloat32AVX2(x)
	}
	return len(x)
}

func indexNaNGo[T element](x []T) int {
	for i, v := range x {
		if v != v {
			return i
		}
	}
	return len(x)
}

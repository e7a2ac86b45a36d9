package flights

// RowBytes is the size of one row of the three columns.
const RowBytes = 3 * 8

// Columns are the rows of a flights table, column by column. The three slices
// have equal length.
type Columns struct {
	Date     []int64 // scheduled departure, microseconds since 1970, no zone
	Delay    []int64 // arrival delay in minutes, negative = early
	Distance []int64 // miles
}

// Len returns the number of rows.
func (c Columns) Len() int { return len(c.Date) }

// Bytes returns the size of all rows in memory.
func (c Columns) Bytes() int64 { return int64(c.Len()) * RowBytes }

// Prefix returns the first n rows, or all if there are fewer, sharing memory
// with c.
func (c Columns) Prefix(n int) Columns { return c.Part(0, min(n, c.Len())) }

// Part returns rows lo to hi, sharing memory with c.
func (c Columns) Part(lo, hi int) Columns {
	return Columns{c.Date[lo:hi:hi], c.Delay[lo:hi:hi], c.Distance[lo:hi:hi]}
}

// Tile returns rows rows of new memory: c again and again, the last time cut
// short. Row i of the result is row i%c.Len() of c.
//
// Preconditions: c has at least one row; rows is not negative.
func (c Columns) Tile(rows int) Columns {
	if c.Len() == 0 || rows < 0 {
		panic("flights: Tile of an empty table or to a negative length")
	}
	return Columns{tile(c.Date, rows), tile(c.Delay, rows), tile(c.Distance, rows)}
}

func tile(src []int64, rows int) []int64 {
	dst := make([]int64, rows)
	for at := 0; at < rows; {
		at += copy(dst[at:], src)
	}
	return dst
}

package shmarena

// Swept is an arena that a [Sweep] removed.
type Swept struct {
	Name  string
	Bytes int64 // of memory that it held
}

// Report says what a [Sweep] did.
type Report struct {
	Removed []Swept
	Live    int // arenas that have members
	Foreign int // files with our prefix that are not arenas of this user or version
}

// Bytes is how much memory all removed arenas held.
func (r Report) Bytes() int64 {
	var n int64
	for _, s := range r.Removed {
		n += s.Bytes
	}
	return n
}

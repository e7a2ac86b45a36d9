package ostour

// A point is a number of places that are visited in turn, and what a visit costs, in ns:
// with each on a page of its own, and with all side by side.
type point struct {
	pages        int
	small, dense float64
	huge         float64 // as small, on huge pages; 0 if there are none
}

// A knee is where a curve leaves the level on which it was.
type knee struct {
	pages int // the last that were visited at the old level
	// What a visit costs more than with all places side by side, in ns: before the knee, at
	// the first point beyond, and where the curve has stopped rising.
	before, next, top float64
	name              string
}

// How much a point must lie above a level to have left it: by a share, and by what is no
// noise of a single load.
const (
	kneeShare = 1.25
	kneeNanos = 0.5
)

// knees finds where the cost of places on many pages, over that of as many places side by
// side, goes from one level to the next. The two curves fill the same lines of the same
// sets of the caches, so what is left between them is the TLB's. A rise must last: a single
// point that is high is noise. (Huge pages are no measure of that: under a hypervisor whose
// own pages are small they take as many entries.)
func knees(curve []point) (list []knee) {
	for at := 0; at+1 < len(curve); {
		level := extra(curve[at])
		beyond := rise(curve, at, level)
		if beyond < 0 {
			break
		}
		top := beyond
		for top+1 < len(curve) && left(extra(curve[top+1]), extra(curve[top])) {
			top++
		}
		k := knee{pages: curve[beyond-1].pages, before: level, next: extra(curve[beyond]), top: extra(curve[top])}
		k.name = k.called(len(list))
		list = append(list, k)
		at = top
	}
	return list
}

// rise returns the first point behind at that has left a level and is not alone with it;
// -1 for none.
func rise(curve []point, at int, level float64) int {
	for i := at + 1; i < len(curve); i++ {
		if left(extra(curve[i]), level) && (i+1 == len(curve) || left(extra(curve[i+1]), level)) {
			return i
		}
	}
	return -1
}

func extra(p point) float64 { return p.small - p.dense }

// walkNanos is more than a second-level TLB takes to answer.
const walkNanos = 5

// called names what is full beyond a knee that has so many before it.
func (k knee) called(before int) string {
	switch {
	case k.top < walkNanos:
		return "the first-level TLB is full, the second answers"
	case before < 2:
		return "the TLB is full, page tables are walked"
	}
	return "page tables no longer fit the caches"
}

func left(v, level float64) bool { return v > level*kneeShare && v > level+kneeNanos }

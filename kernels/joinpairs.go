package kernels

// JoinKind says which pairs of rows a join gives.
type JoinKind uint8

// The kinds of joins.
const (
	InnerJoin JoinKind = iota // each row of the left, with each row of the right that has its key
	LeftJoin                  // and with -1 if there is none
	SemiJoin                  // each row of the left whose key is in the right, once
	AntiJoin                  // each row of the left whose key is not
	joinKinds
)

// JoinPlace is how far a join has come: all rows of the left before Row are
// done, and the first Match pairs of that one. The zero value is the beginning.
type JoinPlace struct{ Row, Match int }

// Pairs writes the numbers of rows that belong together: those of keys to left,
// and those of the column that was built to right. It is the loop
//
//	for i, k := range keys {
//		for r, l := range built { if l == k { left[n], right[n] = i, r; n++ } }
//	}
//
// so pairs are in the order of the left rows, and those of one in the order of the
// right; parts of the left that are joined apart give the same pairs, one part
// after the other. It stops when left is full, and returns how many pairs there
// are and where to go on from. All are done if next.Row == len(keys).
//
// A semi join and an anti join write no right rows; right may be nil then.
//
// It takes the time of [Table.Find], and up to two cache misses a key more if keys
// come more than once in the column that was built. To go on from a place in the
// middle looks up to 512 keys up once more.
//
// Preconditions; else it panics before anything is written:
//   - left has at least one element, and right as many if it is written;
//   - from is where a call has stopped, or the zero value;
//   - none of the slices shares memory with another, or with the join.
func (j Join) Pairs(kind JoinKind, left, right, keys []int64, from JoinPlace) (n int, next JoinPlace) {
	j.checkPairs(kind, left, right, keys, from)
	var places keyBuckets
	var codes [blockKeys]uint32
	p := pairing{join: j, kind: kind, left: left, right: right, place: from, single: j.table.Len() == j.Rows()}
	seed := j.table.head[tableSeed]
	var pace pace
	for p.place.Row < len(keys) && p.n < len(left) {
		pace.spend(blockKeys, lookElems)
		block := keys[p.place.Row:min(p.place.Row+blockKeys, len(keys))]
		j.table.findBlock(codes[:len(block)], block, &places, seed)
		p.block(codes[:len(block)])
	}
	return p.n, p.place
}

func (j Join) checkPairs(kind JoinKind, left, right, keys []int64, from JoinPlace) {
	both := kind == InnerJoin || kind == LeftJoin
	switch {
	case kind >= joinKinds:
		panic("kernels: no such join")
	case len(left) == 0:
		panic("kernels: no room for pairs")
	case both && len(left) != len(right):
		panic("kernels: slices differ in length")
	case from.Row < 0 || from.Row > len(keys) || from.Match < 0:
		panic("kernels: no such place of a join")
	case overlap(left, keys) || both && (overlap(right, keys) || overlap(left, right) || j.shares(right)) || j.shares(left):
		panic("kernels: slices overlap")
	}
}

// pairing is one call of Pairs.
type pairing struct {
	join        Join
	kind        JoinKind
	single      bool // each key is in one row, which is its code
	left, right []int64
	n           int
	place       JoinPlace
	read        uint32 // see ranges
}

// block writes the pairs of some rows, as far as there is room.
func (p *pairing) block(codes []uint32) {
	switch {
	case p.kind == SemiJoin || p.kind == AntiJoin:
		p.once(codes, p.kind == SemiJoin)
	case p.single && p.kind == InnerJoin:
		p.singles(codes)
	case p.single:
		p.singlesOrNone(codes)
	default:
		p.many(codes)
	}
}

// roomy cuts off what could have more pairs than there is room for, if each code
// has at most one.
func (p *pairing) roomy(codes []uint32) []uint32 {
	return codes[:min(len(codes), len(p.left)-p.n)]
}

// once writes the rows whose key is there, or those whose is not.
func (p *pairing) once(codes []uint32, there bool) {
	codes = p.roomy(codes)
	to, n, wanted := p.left[p.n:], 0, 0
	for i, c := range codes {
		to[n] = int64(p.place.Row + i) // no jump: which it is is hard to predict
		if wanted = 0; (c != NoCode) == there {
			wanted = 1
		}
		n += wanted
	}
	p.n += n
	p.place.Row += len(codes)
}

// singles writes the row of each key that is there.
func (p *pairing) singles(codes []uint32) {
	codes = p.roomy(codes)
	to, right, n, wanted := p.left[p.n:], p.right[p.n:], 0, 0
	right = right[:len(to)]
	for i, c := range codes {
		to[n], right[n] = int64(p.place.Row+i), int64(c)
		if wanted = 0; c != NoCode {
			wanted = 1
		}
		n += wanted
	}
	p.n += n
	p.place.Row += len(codes)
}

// singlesOrNone writes the row of each key, or -1.
func (p *pairing) singlesOrNone(codes []uint32) {
	codes = p.roomy(codes)
	to, right := p.left[p.n:], p.right[p.n:]
	for i, c := range codes {
		row := int64(c)
		if c == NoCode {
			row = -1
		}
		to[i], right[i] = int64(p.place.Row+i), row
	}
	p.n += len(codes)
	p.place.Row += len(codes)
}

// many writes all rows of each key.
func (p *pairing) many(codes []uint32) {
	var r ranges
	for len(codes) > 0 && p.n < len(p.left) {
		n := min(len(codes), len(r.from))
		p.read ^= r.find(p.join, codes[:n])
		for i := range n {
			if !p.all(p.join.rows[r.from[i]:r.to[i]]) {
				return
			}
		}
		codes = codes[n:]
	}
}

// all writes all rows of one key, and reports whether there was room.
func (p *pairing) all(rows []uint32) bool {
	if len(rows) == 0 && p.kind == LeftJoin {
		if p.n == len(p.left) {
			return false
		}
		p.left[p.n], p.right[p.n] = int64(p.place.Row), -1
		p.n++
	}
	rows = rows[min(p.place.Match, len(rows)):]
	some := rows[:min(len(rows), len(p.left)-p.n)]
	left, right := p.left[p.n:][:len(some)], p.right[p.n:][:len(some)]
	for i, r := range some {
		left[i], right[i] = int64(p.place.Row), int64(r)
	}
	p.n += len(some)
	if len(some) < len(rows) {
		p.place.Match += len(some)
		return false
	}
	p.place = JoinPlace{Row: p.place.Row + 1}
	return true
}

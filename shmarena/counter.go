package shmarena

// Counter is an integer in an arena that many processes add to. Each adds to a
// cache line of its own (up to 32 processes; more share some), so that adding
// is one atomic instruction on a line that nobody else has. The handle is a
// plain value of 24 bytes, to be copied, stored and sent like an [Array].
type Counter struct {
	words Array[counterWord]
}

// counterWord is what the block of a Counter is made of; see valueWord.
type counterWord struct {
	Counter1 uint64
}

// NewCounter returns a Counter of 0 in the arena. Its errors are those of
// [Alloc].
func NewCounter(a *Arena) (Counter, error) {
	words, err := Alloc[counterWord](a, counterWords)
	return Counter{words}, err
}

// LookupCounter finds a Counter that was published, as [Lookup] does for an
// Array.
func LookupCounter(a *Arena, name string) (Counter, error) {
	words, err := Lookup[counterWord](a, name)
	return Counter{words}, err
}

const counterWords = counterShards * counterShardSize / 8

func (x Counter) handle() handle { return x.words.handle() }

// Check is nil if the Counter can be used, or [ErrClosed] or [ErrFreed].
func (x Counter) Check() error {
	_, _, err := x.shards()
	return err
}

// Add adds to the counter: at once, and for good, whatever happens to this
// process. The sum wraps as an int64 does.
//
// Errors: [ErrFreed], [ErrClosed], [ErrReadOnly].
func (x Counter) Add(n int64) error {
	at, shards, err := x.shards()
	if err == nil && at.readOnly() {
		err = ErrReadOnly
	}
	if err != nil {
		return rootOf(x.words).failed("add to counter", err)
	}
	shards[at.self().ID().Slot()%counterShards].added.Add(n)
	return nil
}

// Sum is what was added by all calls that have returned, and some, all or none
// of what those add that are at work. It reads 32 cache lines.
//
// Errors: [ErrFreed], [ErrClosed].
func (x Counter) Sum() (sum int64, err error) {
	_, shards, err := x.shards()
	for i := range shards {
		sum += shards[i].added.Load()
	}
	return sum, rootOf(x.words).failed("sum counter", err)
}

func (x Counter) shards() (*attachment, []counterShard, error) {
	at, mem, err := rootOf(x.words).look()
	if err == nil && len(mem) != 8*counterWords {
		err = ErrFreed
	}
	if err != nil {
		return nil, nil, err
	}
	return at, overlays[counterShard](mem, counterShards), nil
}

// Free gives the memory back. Nobody may be inside a call on the Counter; calls
// that come later return [ErrFreed]. Its errors are those of [Array.Free].
func (x Counter) Free() error { return x.words.Free() }

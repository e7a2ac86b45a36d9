package shmarena

import "github.com/shmengine/shmengine/internal/words"

// get copies the value of a key into val and reports whether there is one. It
// takes no lock: what it found holds if nothing has changed meanwhile that could
// have touched it.
func (t *table) get(key, val []byte) (bool, error) {
	hash := t.hash(key)
	for tries := 0; ; tries++ {
		n, err := t.size()
		if err != nil {
			return false, err
		}
		b := addressOf(hash, n)
		found, same, err := t.getFrom(b, hash, key, val)
		if err != nil {
			return false, err
		}
		// The movers of a split leave their bucket only after the new number of
		// buckets is there: who missed one for that reason sees the number.
		if same && addressOf(hash, t.head.buckets.Load()) == b {
			return found, nil
		}
		if !again(tries) {
			return false, errChanging
		}
	}
}

// secondLine is the first lane of 16 bytes that is not in the line of its bucket's
// head. Lanes fill from the first on, so of four entries it and the next are two.
const secondLine = (bucketAlign - bucketHeadSize) / 16

// getFrom looks through the chain of bucket b; same is false if it was changed
// meanwhile.
func (t *table) getFrom(b, hash uint64, key, val []byte) (found, same bool, err error) {
	home, err := t.primary(b)
	if err != nil {
		return false, false, err
	}
	t.in(home, secondLine)[0].Load() // on its way while the first line is waited for
	version, tag := home.version.Load(), tagOf(hash)
	for w, i := home, 0; w != nil; i++ {
		control := w.control.Load() // pairs with change: the lanes are whole
		for set := equal(control, tag); set != 0; set &= set - 1 {
			lane := t.in(w, firstLane(set))
			if sameWords(lane, key) {
				words.Load(val, lane[t.key:])
				same = w.control.Load() == control && home.version.Load() == version
				return true, same, nil
			}
		}
		if w.control.Load() != control {
			return false, false, nil
		}
		if w, err = t.after(w, i); err != nil {
			return false, false, err
		}
	}
	return false, home.version.Load() == version, nil
}

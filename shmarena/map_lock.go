package shmarena

import "context"

// spot is where a key is, or where it may be put. The one who found it holds
// the lock of the bucket.
type spot struct {
	stripe *mapStripe
	n      uint64      // buckets of the table, of which
	b      uint64      // this is the key's, the first of the chain;
	home   *bucketHead // here it is;
	in     *bucketHead // and this is the bucket of the chain where the key is,
	lane   int         // in this lane, or where it is to go, if lane is -1
	hash   uint64
}

// reach takes the lock of a key's bucket. Who had it and died has changed its entry or
// has not: there is nothing to repair.
func (t *table) reach(ctx context.Context, p *spot, hash uint64) error {
	for tries := 0; ; tries++ {
		n, err := t.size()
		if err != nil {
			return err
		}
		p.stripe, p.hash, p.lane = t.stripeOf(hash), hash, -1
		p.n, p.b = n, addressOf(hash, n)
		if p.home, err = t.primary(p.b); err != nil {
			return err
		}
		if _, err := t.at.seize(ctx, &p.home.mu); err != nil {
			return err
		}
		// Who splits a bucket has its lock: if it is the key's now, it stays.
		freed := t.head.freed.Load() != 0
		if !freed && addressOf(hash, t.head.buckets.Load()) == p.b {
			return nil
		}
		t.at.yield(&p.home.mu)
		if freed {
			return ErrFreed
		}
		if !again(tries) {
			return errChanging
		}
	}
}

// secure takes the locks of a key's stripe and bucket.
func (t *table) secure(ctx context.Context, p *spot, hash uint64) error {
	s := t.stripeOf(hash)
	if err := t.lock(ctx, s); err != nil {
		return err
	}
	err := t.reach(ctx, p, hash)
	if err != nil {
		t.at.yield(&s.mu)
	}
	return err
}

// addStripe is secure for one who has the bucket's lock, of which he lets go where the
// stripe's cannot be had at once: the order is stripe, bucket. With an error he has
// neither.
func (t *table) addStripe(ctx context.Context, p *spot) error {
	held, died, err := t.at.trySeize(&p.stripe.mu)
	if held {
		if err = t.locked(p.stripe, died); err != nil {
			t.part(p)
		}
		return err
	}
	t.at.yield(&p.home.mu)
	if err != nil {
		return err
	}
	return t.secure(ctx, p, p.hash)
}

// part gives back what secure has taken.
func (t *table) part(p *spot) {
	t.at.yield(&p.home.mu)
	t.at.yield(&p.stripe.mu)
}

// lock takes the lock of a stripe. What a dead owner was doing is done or was
// not begun, but for what is counted.
func (t *table) lock(ctx context.Context, s *mapStripe) error {
	died, err := t.at.seize(ctx, &s.mu)
	if err != nil {
		return err
	}
	if err := t.locked(s, died); err != nil {
		t.at.yield(&s.mu)
		return err
	}
	return nil
}

func (t *table) locked(s *mapStripe, died bool) error {
	if t.head.freed.Load() != 0 {
		return ErrFreed
	}
	if died {
		return t.recount(s)
	}
	return nil
}

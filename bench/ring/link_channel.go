package ring

// chanLink is channels between goroutines.
type chanLink struct {
	rig
	out []chan message // each message goes to all of them
	in  chan message
}

// newChannel is the link of one of several goroutines. The channels are those of the job.
func (h *hand) newChannel(j *job) link {
	k := &chanLink{rig: j.rig(h)}
	switch {
	case j.parties() == 2: // one there, one back
		k.out, k.in = []chan message{j.chans[j.index]}, j.chans[1-j.index]
	case j.senders == 1:
		k.out = j.chans
		if j.index > 0 {
			k.in = j.chans[j.index-1]
		}
	default:
		k.out, k.in = j.chans[:1], j.chans[0]
	}
	return k
}

func (k *chanLink) end() error {
	close(k.out[0])
	return nil
}

func (k *chanLink) put(first uint64, n int, last bool) error {
	var m message
	for i := range n {
		k.send(headOf(first, i, n, last), &m)
		for _, c := range k.out {
			c <- m
		}
	}
	return nil
}

func (k *chanLink) get(n int) (last bool, err error) {
	for range n {
		m, ok := <-k.in
		if !ok {
			return true, nil
		}
		if last, err = k.receive(&m); err != nil {
			return false, err
		}
	}
	return last, nil
}

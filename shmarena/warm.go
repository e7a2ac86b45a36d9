package shmarena

// A run that is freed stays reserved for a while, as long as no more than
// Options.Keep bytes do: reserving its pages again, and faulting on each, costs
// twenty times what clearing them does. The run that was freed last is taken
// first, because parts of it are in the caches; when there are too many, the
// one that was freed first is given back.
//
// The span table says which runs are WARM. The stack, which has their order, is
// only a hint: a member that dies while it changes the stack loses an entry or
// doubles one. What is not in the stack is found by reclaim.

// takeWarm takes a run for the block from the stack: the warmest of exactly its
// length, or else the warmest that is not much longer, whose rest stays. The
// caller holds the mutex.
func (h *heap) takeWarm(ext extent) (grant, bool) {
	const muchLonger = 4
	s, n := &h.ctl.stack, ext.spans()
	best, at := run{}, uint64(0)
	for k := s.len(); k > 0; k-- {
		r, ok := h.warmRun(s.runs[k-1].Load())
		if !ok {
			s.remove(k - 1)
			continue
		}
		if r.n == n || r.n > n && r.n <= muchLonger*n && best.n == 0 {
			best, at = r, k-1
		}
		if r.n == n {
			break
		}
	}
	if best.n == 0 {
		return grant{}, false
	}
	g := grant{first: best.first, gen: h.ctrlOf(best.first).nextGen(), warm: true, committed: n << spanShift}
	if best.n == n {
		g.committed = h.reserved(h.extOf(best.first))
		s.remove(at)
	} else {
		s.runs[at].Store(best.first + n + 1)
	}
	h.apply(h.takingWarm(best, ext, g.gen))
	return g, true
}

// warmRun is the run that an entry of the stack means, if it is WARM.
func (h *heap) warmRun(entry uint64) (run, bool) {
	i := entry - 1 // wraps for none
	if i >= uint64(len(h.spans)) || h.ctrlOf(i).state() != stateWarm {
		return run{}, false
	}
	e, err := h.extentAt(i)
	return run{i, e.spans()}, err == nil
}

// takingWarm is the change that cuts a run from the front of a warm one.
func (h *heap) takingWarm(from run, ext extent, gen uint32) *change {
	c := h.begin()
	r := run{from.first, ext.spans()}
	old := h.extOf(from.first)
	c.setRun(r, makeCtrl(stateCommitting, h.self.ID(), gen), ext, h.ctrlOf(r.end()-1))
	if rest := (run{r.end(), from.n - r.n}); rest.n > 0 {
		c.setRun(rest, h.ctrlOf(rest.first).idle(stateWarm), makeExtent(rest.n, old.slack()).of(kindWarm), h.ctrlOf(rest.end()-1))
	}
	h.countTaken(c, ext)
	c.set(wordWarm, h.ctl.warm.Load()-r.n)
	return c
}

// warmUp makes a run in PUNCHING a warm one, if it is not too long.
func (h *heap) warmUp(first uint64) (kept bool, err error) {
	ext, err := h.extentAt(first)
	n := ext.spans()
	if err != nil || n > h.keep || ext.kind() == kindWarm {
		return false, err
	}
	if err := h.lock(); err != nil {
		return false, err
	}
	cold, fits := h.cool(n)
	if fits {
		h.apply(h.warming(run{first, n}, ext))
		h.ctl.stack.push(first)
	}
	h.unlock()
	for _, i := range cold {
		if e := h.giveBack(i, true); err == nil {
			err = e
		}
	}
	return fits, err
}

// warming is the change that makes a run in PUNCHING a warm one.
func (h *heap) warming(r run, ext extent) *change {
	c := h.begin()
	gen := h.countFreed(c, r.first, ext, true)
	c.setRun(r, makeCtrl(stateWarm, 0, gen), ext.of(kindWarm), h.ctrlOf(r.end()-1))
	c.set(wordWarm, h.ctl.warm.Load()+r.n)
	return c
}

// cool claims the coldest runs for being given back until n spans more fit. The
// caller holds the mutex. What the stack has lost stays until it is reclaimed.
func (h *heap) cool(n uint64) (cold []uint64, fits bool) {
	s := &h.ctl.stack
	for h.ctl.warm.Load()+n > h.keep || s.len() == warmRuns {
		if s.len() == 0 {
			return cold, false
		}
		r, ok := h.warmRun(s.runs[0].Load())
		s.remove(0)
		if ok {
			h.apply(h.cooling(r))
			cold = append(cold, r.first)
		}
	}
	return cold, true
}

// cooling is the change that claims a warm run for being given back.
func (h *heap) cooling(r run) *change {
	c := h.begin()
	c.set(wordCtrl(r.first), uint64(h.ctrlOf(r.first).as(statePunching, h.self.ID())))
	c.set(wordUsed, h.ctl.used.Load()+r.n)
	c.set(wordWarm, h.ctl.warm.Load()-r.n)
	return c
}

// coolAll claims every warm run.
func (h *heap) coolAll() (cold []uint64, err error) {
	if err := h.lock(); err != nil {
		return nil, err
	}
	defer h.unlock()
	for i := range uint64(len(h.spans)) {
		if r, ok := h.warmRun(i + 1); ok {
			h.apply(h.cooling(r))
			cold = append(cold, i)
		}
	}
	h.ctl.stack.count.Store(0)
	return cold, nil
}

func (s *warmStack) len() uint64 { return min(s.count.Load(), warmRuns) }

func (s *warmStack) push(first uint64) {
	n := s.len()
	s.runs[n].Store(first + 1)
	s.count.Store(n + 1)
}

// remove takes out entry k; those above move down.
func (s *warmStack) remove(k uint64) {
	n := s.len()
	for ; k+1 < n; k++ {
		s.runs[k].Store(s.runs[k+1].Load())
	}
	s.count.Store(n - 1)
}

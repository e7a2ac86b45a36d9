package ring

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// longest is the longest time that a histogram tells apart: a minute.
const longest = int64(60e9)

// A party is one side of a measurement.
type party struct {
	*job
	link
	waiter
	board   *board
	trips   *hdrhistogram.Histogram
	started uint64
	ended   uint64
	spent   uint64 // in what is timed, where that is not all
	forced  int64  // involuntary switches
}

// chunkOf is how many messages lie between two looks at the clock.
func chunkOf(bytes int) int {
	return max(1, min(64, 1<<16/bytes))
}

// measure is the frame around a party's window.
func (h *hand) measure(j *job, k link, begin uint64) (string, error) {
	p := &party{
		job: j, link: k, waiter: waiter{clock: &h.clock, limit: j.limit, crowd: j.crowd}, board: h.board,
		trips: hdrhistogram.New(1, longest, 3),
	}
	if w, ok := k.(interface{ until(uint64) }); ok {
		w.until(j.limit)
	}
	for h.clock.Now() < begin {
		runtime.Gosched()
	}
	before := involuntary()
	p.started = h.clock.Now()
	if err := p.run(); err != nil {
		return "", err
	}
	p.ended = h.clock.Now()
	p.forced = involuntary() - before
	return p.done(), nil
}

// until tells the link when the window is over.
func (r *rig) until(limit uint64) { r.waiter.limit = limit }

func (p *party) run() error {
	switch {
	case p.kind == kindTrip && p.index == 0:
		return p.ping()
	case p.kind == kindTrip:
		return p.pong()
	case p.kind == kindBacklog && p.index == 0:
		return p.fill()
	case p.kind == kindBacklog:
		return p.drain()
	case p.kind == kindOpen && p.index == 0:
		return p.sendOnTime()
	case p.kind == kindOpen:
		return p.receiveOnTime()
	case p.isSender():
		return p.sendAll()
	}
	return p.receiveAll()
}

var errEcho = errors.New("what came back is not what was sent")

// ping sends a message and waits for its return. One reading of the clock ends a trip and
// begins the next.
func (p *party) ping() error {
	at, last := p.clock.Now(), false
	for i := uint64(0); !last; i++ {
		last = at >= p.waiter.limit
		if err := p.put(i, 1, last); err != nil {
			return err
		}
		back, err := p.get(1)
		if err != nil {
			return err
		}
		if back != last {
			return errEcho
		}
		now := p.clock.Now()
		if err := p.trips.RecordValue(min(max(int64(now-at), 1), longest)); err != nil {
			return err
		}
		at = now
	}
	return nil
}

// pong sends back what it gets.
func (p *party) pong() error {
	for i := uint64(0); ; i++ {
		last, err := p.get(1)
		if err != nil {
			return err
		}
		if err := p.put(i, 1, last); err != nil || last {
			return err
		}
	}
}

// sendAll sends until the window is over. The last of several senders ends the link; a
// single one marks its last message.
func (p *party) sendAll() error {
	n, first := chunkOf(p.bytes), uint64(p.index/2)<<partyBit
	for {
		over := p.over()
		if err := p.put(first, n, over && p.senders == 1); err != nil {
			return err
		}
		first += uint64(n)
		if over {
			break
		}
	}
	if k, ok := p.link.(closer); ok && p.senders > 1 && p.board.ended.Add(1) == uint64(p.senders) {
		return k.end()
	}
	return nil
}

func (p *party) receiveAll() error {
	n := chunkOf(p.bytes)
	for {
		if last, err := p.get(n); err != nil || last {
			return err
		}
	}
}

// fill fills the ring, and waits until it is drained.
func (p *party) fill() error {
	for round := uint64(1); ; round++ {
		over := p.over()
		if err := p.put((round-1)*depth, depth, over); err != nil || over {
			p.board.filled.Store(round)
			return err
		}
		p.board.filled.Store(round)
		for turn := 0; p.board.drained.Load() != round; turn++ {
			if err := p.idle(turn); err != nil {
				return err
			}
		}
	}
}

// drain waits until the ring is full, and drains it: that is timed.
func (p *party) drain() error {
	for round := uint64(1); ; round++ {
		for turn := 0; p.board.filled.Load() != round; turn++ {
			if err := p.idle(turn); err != nil {
				return err
			}
		}
		from := p.clock.Now()
		last, err := p.get(depth)
		if err != nil {
			return err
		}
		p.spent += p.clock.Now() - from
		p.board.drained.Store(round)
		if last {
			return nil
		}
	}
}

// done is the line that says what came of it: the times of trips as time:count.
func (p *party) done() string {
	var b strings.Builder
	l := p.book()
	fmt.Fprintf(&b, "done %d %d %d %d %d %d", l.count, l.sum, p.started, p.ended, p.spent, p.forced)
	for _, bar := range p.trips.Distribution() {
		if bar.Count > 0 {
			fmt.Fprintf(&b, " %d:%d", bar.To, bar.Count)
		}
	}
	return b.String()
}

// together runs all parties as goroutines of this process, and returns a line for each.
func (h *hand) together(j *job) (string, error) {
	for range maxReceivers {
		j.chans = append(j.chans, make(chan message, depth))
	}
	begin, err := h.begin(j)
	if err != nil {
		return "", err
	}
	var wg sync.WaitGroup
	all, errs := make([]string, j.parties()), make([]error, j.parties())
	for i := range all {
		part := *j
		part.index = i
		wg.Go(func() { all[i], errs[i] = h.measure(&part, h.newChannel(&part), begin) })
	}
	wg.Wait()
	return strings.Join(all, "\n"), errors.Join(errs...)
}

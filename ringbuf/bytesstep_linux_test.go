package ringbuf

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// bytesStepped does one operation in a region that is stepped through. The test has put two records
// into a ring of 128 bytes, in which the next one wraps.
var bytesStepped = reexec.Register("bytesStepped", func(c *reexec.Child) {
	r, m := attachBytes(c)
	fast := plainStores && c.Args[2] == "plain" && registerBarrier()
	if op := c.Args[1]; op == "peek" || op == "release" || op == "pop" || op == "unblock" {
		stepConsumer(c, r, m, op, fast)
		return
	}
	p, err := r.Producer(m)
	check(c, err)
	if p.fast = fast; fast {
		goPlain(r.plainPush)
	}
	b := []byte(steppedRecord)
	l := Lease{}
	if op := c.Args[1]; op == "commit" || op == "abort" {
		l, err = p.TryClaim(len(b))
		check(c, err)
		copy(l.Bytes(), b)
	}
	switch c.Args[1] {
	case "claim":
		stepkill.Region(c, func() { _, _ = p.TryClaim(len(b)) })
	case "commit":
		stepkill.Region(c, func() { _ = l.Commit() })
	case "abort":
		stepkill.Region(c, func() { _ = l.Abort() })
	case "push":
		stepkill.Region(c, func() { _ = p.TryPush(b) })
	case "pushBatch":
		stepkill.Region(c, func() { _, _ = p.TryPushBatch([][]byte{b, b[:1]}) })
	}
})

func stepConsumer(c *reexec.Child, r *Bytes, m futex.Member, op string, fast bool) {
	p, err := r.Consumer(m)
	check(c, err)
	if p.fast = fast; fast {
		goPlain(r.plainPop)
	}
	buf := make([]byte, 64)
	switch op {
	case "peek":
		stepkill.Region(c, func() { _, _ = p.TryPeek() })
	case "release":
		v, err := p.TryPeek()
		check(c, err)
		stepkill.Region(c, func() { v.Release() })
	case "pop":
		stepkill.Region(c, func() { _, _ = p.TryPop(buf) })
	case "unblock":
		_, err := p.TryPeek()
		if err != ErrEmpty {
			c.Fatalf("behind a gap: %v", err)
		}
		stepkill.Region(c, func() { p.Unblock() })
	}
}

const steppedRecord = "a record that must be whole or nothing"

// TestBytesKilledAtEachInstruction: after each instruction of an operation a survivor finds it done
// whole or not at all, and the ring works.
func TestBytesKilledAtEachInstruction(t *testing.T) {
	cases := []bytesStepCase{
		{"claim", "fenced", false, false}, {"commit", "plain", false, false}, {"commit", "fenced", true, false}, {"abort", "plain", true, false},
		{"push", "plain", false, false}, {"push", "fenced", true, false}, {"pushBatch", "fenced", false, false},
		{"peek", "plain", false, false}, {"release", "plain", false, false}, {"release", "fenced", true, false}, {"pop", "plain", true, false},
		{"claim", "", false, true}, {"commit", "", true, true}, {"abort", "", false, true}, {"push", "", true, true}, {"pushBatch", "", false, true},
		{"unblock", "", false, true},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.op, "/", c.mode, "/parked=", c.parked, "/many=", c.many), func(t *testing.T) {
			s := newBytesSegment(t, BytesOptions{128, c.many})
			m := s.join(t)
			t.Logf("%d kills", stepkill.Run(t, stepkill.Config{
				Child: bytesStepped, Args: []string{"128", c.op, c.mode}, Files: s.files(), Watch: c.watch(s), File: c.file(s),
				Prepare: func() { c.prepare(t, s, m) },
				Verify: func(p stepkill.Point) error {
					_, err := m.Reap()
					r, aerr := AttachBytes(s.ring())
					if err := errors.Join(err, aerr); err != nil {
						return err
					}
					return c.survive(r, m, p)
				},
			}))
		})
	}
}

// bytesStepCase is one operation to be killed in.
type bytesStepCase struct {
	op, mode     string
	parked, many bool
}

// watch leaves kills out that no survivor can tell apart by the memory; for one operation, and under
// SHMENGINE_STRESS for all, file does it by all that is left.
func (c bytesStepCase) watch(s *segment) []byte {
	if stress || c.op == "claim" && c.many {
		return nil
	}
	return s.region
}

func (c bytesStepCase) file(s *segment) *os.File {
	if c.watch(s) == nil {
		return s.file
	}
	return nil
}

var steppedBefore = []string{"first", "second"}

// prepare makes a ring with two records, and its tail 24 bytes in front of the end.
func (c bytesStepCase) prepare(t *testing.T, s *segment, m *member.Member) {
	r := must[*Bytes](t)(newBytes(s.ring(), BytesOptions{128, c.many}, 1<<64-24-32))
	p := must[*BytesProducer](t)(r.Producer(m))
	if c.op == "unblock" { // in front of them, a record of a process that never lived
		l := must[Lease](t)(p.TryClaim(8))
		p.data.at(l.pos).Store(uint64(claimed(16, 15<<20|7)))
		p.open = 0
	}
	for _, b := range steppedBefore {
		noError(t, p.TryPush([]byte(b)))
	}
	p.Release()
	if c.parked {
		r.toProducer.Or(parked)
		r.toConsumer.Or(parked)
	}
}

// survive takes both sides after a kill, and checks what was stored.
func (c bytesStepCase) survive(r *Bytes, m *member.Member, p stepkill.Point) error {
	prod, err := r.Producer(m)
	if err != nil {
		return err
	}
	cons, err := r.Consumer(m)
	if err != nil {
		return err
	}
	var all []string
	for {
		v, err := cons.peekPastDead()
		if err == ErrEmpty {
			break
		}
		if err != nil {
			return err
		}
		all = append(all, string(v.Bytes()))
		v.Release()
	}
	if err := c.judge(all, p.End); err != nil {
		return err
	}
	return bytesWhole(prod, cons)
}

// judge says whether all is what is stored after the operation, or before it if it was not ended.
func (c bytesStepCase) judge(all []string, ended bool) error {
	before, after := steppedBefore, steppedBefore
	switch c.op {
	case "commit", "push":
		after = append(after[:2:2], steppedRecord)
	case "pushBatch":
		after = append(after[:2:2], steppedRecord, steppedRecord[:1])
	case "release", "pop":
		after = after[1:]
	}
	isBefore, isAfter := fmt.Sprint(all) == fmt.Sprint(before), fmt.Sprint(all) == fmt.Sprint(after)
	if c.op == "pushBatch" && c.many { // each record is committed for itself
		isBefore = isBefore || len(all) == 3 && all[2] == steppedRecord
	}
	if !isBefore && !isAfter || ended && !isAfter {
		return fmt.Errorf("stored: %q", all)
	}
	return nil
}

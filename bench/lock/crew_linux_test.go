package lock

import (
	"fmt"
	"strings"
	"testing"
)

func stageFor(t *testing.T, pattern string) *stage {
	t.Helper()
	s, err := newStage(t.Context(), chosen(pattern, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *stage) task(name, system string) task {
	c := chosen(name, nil)[0]
	ops, window := c.work(system, 0.01)
	return task{c, system, ops, window, s.cpus}
}

// The twin counts waits as the Go workers do.
func TestTwinHasTheSameBuckets(t *testing.T) {
	needTwin(t)
	m := stageFor(t, "mutex/ownerdeath").crews[Robust].members[0]
	for shift := range 64 {
		for _, ns := range []uint64{1<<shift - 1, 1 << shift, 1<<shift + 1<<shift>>1, 3<<shift/2 + 5} {
			got, err := m.Ask(t.Context(), "bucket", "bucket %d", ns)
			if want := fmt.Sprint(bucketOf(ns)); err != nil || got != want {
				t.Fatalf("%d ns is in the twin's bucket %s, want %s (%v)", ns, got, want, err)
			}
		}
	}
}

// What a worker cannot do is an error with its words.
func TestWorkersRefuse(t *testing.T) {
	s := stageFor(t, "mutex/[uo]*")
	for system, k := range s.crews {
		for _, line := range []string{"dance", "run alone", "run dance " + system + " 0 1 0 1 1", "run alone " + system + " 7 1 0 1 1"} {
			m := k.members[0]
			_, err := m.Ask(t.Context(), "done", "%s", line)
			if err != nil && strings.Contains(err.Error(), ": ready") {
				// It refuses when it is to begin.
				k.board.start.Store(1)
				_, err = m.Hear(t.Context(), "done")
			}
			if err == nil || !strings.Contains(err.Error(), ": error ") {
				t.Errorf("%s: %q: %v", system, line, err)
			}
		}
	}
}

// A worker that dies is an error, whoever waits for it.
func TestDeadWorkerIsAnError(t *testing.T) {
	needTwoCPUs(t)
	s := stageFor(t, "mutex/contended")
	for _, k := range s.distinct() {
		system := map[bool]string{true: Sync, false: Robust}[k.single]
		if k == s.crews[Futex] {
			system = Futex
		}
		victim := k.team(2)[len(k.team(2))-1]
		if err := victim.Child.Kill(); err != nil {
			t.Fatal(err)
		}
		<-victim.Child.Done()
		if _, err := k.measure(t.Context(), s.task("mutex/contended", system)); err == nil || !strings.Contains(err.Error(), "worker process") {
			t.Errorf("%s: %v", system, err)
		}
		if !k.single && !k.members[0].Child.Alive() {
			t.Errorf("%s: the other worker is dead too", system)
		}
	}
}

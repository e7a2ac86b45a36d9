package ring

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/worker"
)

// A worker that dies is an error, whoever waits for it.
func TestDeadWorkerIsAnError(t *testing.T) {
	needAll(t)
	for _, system := range []string{SPSC, Channel, CIndex} {
		list := chosen("roundtrip/64B", []string{system})
		s, err := newStage(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		k := s.crews[crewOf(system)]
		victim := k.members[len(k.members)-1]
		if err := victim.Child.Kill(); err != nil {
			t.Fatal(err)
		}
		<-victim.Child.Done()
		if _, err := k.measure(t.Context(), task{list[0], system, defaultWindow, s.cpus}); err == nil || !strings.Contains(err.Error(), "worker process") {
			t.Errorf("%s: %v", system, err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}
}

// stageOf is a stage for some systems of the round trip.
func stageOf(t *testing.T, systems ...string) *stage {
	s, err := newStage(t.Context(), chosen("roundtrip/64B", systems))
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

// TestWorkers looks at what workers do with what they should never get.
func TestWorkers(t *testing.T) {
	needAll(t)
	s := stageOf(t, SPSC, CIndex)
	t.Run("refuse", func(t *testing.T) { testRefuse(t, s) })
	t.Run("forged in C", func(t *testing.T) { testForgedC(t, s) })
	t.Run("lonely", func(t *testing.T) { testLonely(t, s) })
}

// What a worker cannot do is an error with its words.
func testRefuse(t *testing.T, s *stage) {
	for name, k := range s.crews {
		system := map[string]string{crewPairs: SPSC, crewTwins: CIndex}[name]
		for _, line := range []string{
			"dance", "run trip", "run dance " + system + " 0 1 1 0 64 1 @x", "run trip nobody 0 1 1 0 64 1 @x",
			"run trip " + system + " 0 1 1 0 63 1 @x", "run trip " + system + " 9 1 1 0 64 1 @x", "run trip " + system + " 0 1 1 0 99999999 1 @x",
		} {
			if _, err := k.members[0].Ask(t.Context(), "ready", "%s", line); err == nil || !strings.Contains(err.Error(), ": error ") {
				t.Errorf("%s: %q: %v", system, line, err)
			}
		}
	}
}

// A party whose other side never comes gives up behind the end of the window.
func testLonely(t *testing.T, s *stage) {
	for name, k := range s.crews {
		system := map[string]string{crewPairs: SPSC, crewTwins: CIndex}[name]
		now := s.now()
		if _, err := k.members[0].Ask(t.Context(), "ready", "run trip %s 0 1 1 0 64 1 @x", system); err != nil {
			t.Fatal(err)
		}
		if err := k.members[0].Tell("go %d %d", now, now+uint64(time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	for name, k := range s.crews {
		if _, err := k.members[0].Hear(t.Context(), "done"); err == nil || !strings.Contains(err.Error(), errAlone.Error()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (s *stage) now() uint64 {
	c := clock.New()
	return c.Now()
}

// A message that is not what was sent is noticed by the worker that receives it: in C, in
// memory.
func testForgedC(t *testing.T, s *stage) {
	const offCells = 4096 + 256 // behind the board and two indices
	k, cell := s.crews[crewTwins], make([]byte, 64)
	fillHead(cell[8:], lastMark)
	binary.LittleEndian.PutUint64(cell, 1)
	for _, good := range []bool{true, false} {
		if _, err := k.members[0].Ask(t.Context(), "ready", "run stream c-slot 0 1 1 0 64 1 @x"); err != nil { // it empties the ring
			t.Fatal(err)
		}
		if !good {
			cell[20] ^= 1
		}
		err := forged(t, s.now(), k.members[1], CSlot, func() error {
			_, err := s.twinMemory.WriteAt(cell, offCells)
			return err
		})
		checkForged(t, good, err)
		if _, err := k.members[0].Ask(t.Context(), "error", "no window"); err != nil {
			t.Fatal(err)
		}
	}
}

// And in Go, from a pipe.
func TestForgedMessages(t *testing.T) {
	first, second, err := newStreams()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{crews: map[string]*crew{}}
	defer func() {
		for _, f := range slices.Concat(first, second) {
			_ = f.Close()
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := errors.Join(s.newArena(), s.startOwn(crewPairs, 1, [][]*os.File{second})); err != nil {
		t.Fatal(err)
	}
	for _, good := range []bool{true, false} {
		// A chunk of messages, of which the last one ends the window.
		sent := make([]byte, 64*64)
		for i := range 64 {
			fillHead(sent[64*i:64*i+64], headOf(0, i, 64, true))
		}
		if !good {
			sent[20] ^= 1
		}
		err := forged(t, s.now(), s.crews[crewPairs].members[0], Pipe, func() error {
			_, err := first[1].Write(sent)
			return err
		})
		checkForged(t, good, err)
	}
}

func checkForged(t *testing.T, good bool, err error) {
	t.Helper()
	if (err == nil) != good || err != nil && !strings.Contains(err.Error(), errMessage.Error()) {
		t.Errorf("a message that is good: %v; %v", good, err)
	}
}

// forged has a worker receive what send sends in the place of its other side.
func forged(t *testing.T, now uint64, m *worker.Talker, system string, send func() error) error {
	if _, err := m.Ask(t.Context(), "ready", "run stream %s 1 1 1 0 64 1 @x", system); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Tell("go %d %d", now, now+uint64(time.Second)), send()); err != nil {
		t.Fatal(err)
	}
	_, err := m.Hear(t.Context(), "done")
	return err
}

package process_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// Spares that are killed while they wait are replaced, and running jobs finish.
func TestSparesKilled(t *testing.T) {
	for _, sig := range []unix.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGKILL} {
		s, m := starter(t, process.Config{Method: process.Standby, Spares: 2, Most: 4})
		busy := run(t, s, stays)
		m.hear()
		for round := range 3 {
			for _, p := range spares(t, s, busy) {
				if err := p.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
					t.Fatal(err)
				}
			}
			words := fmt.Sprint("round ", round)
			j := run(t, s, tells, words) // maybe to one that is dying
			// Go handles a signal on one thread while others run on: a spare may take a
			// job and end by the signal that was sent before, whether it has told or not.
			switch got := ended(t, j); got {
			case 0:
				m.hearUntil(words)
			case -int(sig):
			default:
				t.Errorf("%v: exit code %d", sig, got)
			}
		}
		if _, known := busy.ExitCode(); known {
			t.Errorf("%v: the running job ended", sig)
		}
	}
}

// spares returns the children that have slept in wait for a job, once there are two.
func spares(t *testing.T, s *process.Starter, busy *process.Job) (idle []*process.Process) {
	t.Helper()
	eventually(t, "two spares wait", func() bool {
		idle = nil
		for _, p := range process.Children() {
			if p.PID() != busy.PID() {
				idle = append(idle, p)
			}
		}
		return process.Idle(s) >= 2 && len(idle) >= 2
	})
	return idle
}

// A stopped spare that is killed when it was handed a job, and had not taken it.
func TestJobOfDeadSpare(t *testing.T) {
	s, m := starter(t, process.Config{Method: process.Standby, Most: 1, Jobs: 1000})
	ended(t, run(t, s, returns))
	m.hear()
	eventually(t, "a spare waits", func() bool { return process.Idle(s) == 1 })
	victim := process.Children()[len(process.Children())-1]
	must(victim.Signal(unix.SIGSTOP))
	eventually(t, "it stops", func() bool { return state(t, victim.PID()) == "T" })
	j := run(t, s, tells, "x")
	if j.PID() != victim.PID() {
		t.Fatal("the job went elsewhere")
	}
	must(victim.Kill())
	if pid, _, _ := strings.Cut(m.hear(), " "); pid == fmt.Sprint(victim.PID()) || ended(t, j) != 0 {
		t.Errorf("the job ran in process %s of %d", pid, victim.PID())
	}
	// One that the caller killed itself is not run elsewhere.
	eventually(t, "a spare waits", func() bool { return process.Idle(s) >= 1 })
	j = run(t, s, stays)
	m.hear()
	must(j.Kill())
	if got := ended(t, j); got != -9 {
		t.Errorf("exit code %d", got)
	}
}

// Spares end with the process that keeps them.
var keeper = role("keeper", func([]string) {
	s, err := process.NewStarter(process.Config{Method: process.Standby, Spares: 2})
	must(err)
	for process.Idle(s) < 2 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("up")
	sleep()
})

func TestKeeperKilled(t *testing.T) {
	m := newMouth(t)
	c := child(keeper)
	c.Stdout = m
	p := start(t, c)
	m.hear()
	all := descendants(t, p.PID())
	if len(all) < 2 {
		t.Fatalf("%d spares", len(all))
	}
	must(p.Kill())
	join(t, p)
	for _, w := range all {
		w.mustDie()
	}
}

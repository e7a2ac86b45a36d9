package mem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine/process"
)

func TestNoProcess(t *testing.T) {
	p := holder(t, memory(t))
	o := Options{PIDs: []int{os.Getpid(), p.PID()}, Interval: time.Millisecond}
	o.Begin = func(Meta) { _ = p.Kill(); <-p.Done() }
	if _, err := Run(t.Context(), o); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), strconv.Itoa(p.PID())) {
		t.Errorf("ended meanwhile: %v", err)
	}
	if _, err := Run(t.Context(), Options{PIDs: []int{p.PID()}}); !errors.Is(err, ErrGone) {
		t.Errorf("ended before: %v", err)
	}
	if _, err := Run(t.Context(), Options{PIDs: []int{math.MaxInt32}}); !errors.Is(err, ErrGone) {
		t.Errorf("never was: %v", err)
	}
}

func TestZombie(t *testing.T) {
	cmd := exec.Command("true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), Options{PIDs: []int{cmd.Process.Pid}}); !errors.Is(err, ErrNoMemory) {
		t.Errorf("a zombie: %v", err)
	}
}

// peeps looks at its parent as somebody else.
var peeps = process.NewEntry("peeps", func([]string) error {
	if err := unix.Setuid(65534); err != nil {
		return err
	}
	_, err := Run(context.Background(), Options{PIDs: []int{os.Getppid()}})
	if !errors.Is(err, ErrDenied) || !errors.Is(err, report.ErrMachine) {
		return fmt.Errorf("not refused: %w", err)
	}
	return nil
})

func TestNotPermitted(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to become somebody else")
	}
	p, err := process.Start(process.Command{Entry: peeps, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if n, _ := p.ExitCode(); n != 0 {
		t.Errorf("exit code %d: %s", n, p.StderrTail())
	}
}

// A number that is another process's at the second look is noticed.
func TestReusedNumber(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "77")
	if err := os.MkdirAll(filepath.Join(dir, "task", "77"), 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stat := func(start int) string {
		return fmt.Sprintf("77 (x) S 1 %s%d %s\n", strings.Repeat("0 ", 17), start, strings.Repeat("0 ", 30))
	}
	put("stat", stat(100))
	put("smaps", sample)
	put("smaps_rollup", "0-1 ---p 00000000 00:00 0 [rollup]\nRss: 4 kB\n")
	s, err := openSource(root)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{PIDs: []int{77}, Interval: time.Millisecond}
	if r, err := s.look(t.Context(), o); err != nil || r.Looks[0].RSS != 4<<10 {
		t.Fatalf("the same process: %v", err)
	}
	o.Begin = func(Meta) { put("stat", stat(200)) }
	if _, err := s.look(t.Context(), o); !errors.Is(err, ErrGone) {
		t.Errorf("another process: %v", err)
	}
}

package shmarena

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"golang.org/x/sys/unix"
)

// Signals at every moment, and the collector all the time, are not seen: no call
// fails for them.
func TestSignalStorm(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	defer signal.Stop(signals)
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				_ = syscall.Kill(os.Getpid(), syscall.SIGUSR1)
				runtime.GC()
			}
		}
	}()
	for range 100 {
		if err := wholeLife(t); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	<-ended
}

// wholeLife does with an arena whatever asks the kernel for something.
func wholeLife(t *testing.T) error {
	t.Helper()
	a, err := Create(Options{Name: leaktest.Name("life"), Size: 8 << 20})
	if err != nil {
		return err
	}
	x, err := Alloc[byte](a, 3<<20)
	if err != nil {
		return errors.Join(err, a.Unlink(), a.Close())
	}
	from, to := connPair(t, unix.SOCK_STREAM)
	defer from.Close()
	defer to.Close()
	err = errors.Join(a.SendTo(t.Context(), from), x.Freeze())
	b, got := Receive(t.Context(), to)
	s, viewed := x.Snapshot()
	if err = errors.Join(err, got, viewed); err != nil {
		return errors.Join(err, a.Unlink(), a.Close())
	}
	seen := VerifyNamed(a.Name())
	return errors.Join(seen, s.Close(), x.Thaw(), x.Free(), b.Close(), a.Unlink(), a.Close())
}

package ostour

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/engine/process"
)

const (
	handBatches = 30
	hands       = 20 // there and back, in a batch
)

// pipe is one whose ends block, outside the runtime's poller.
type pipe struct{ r, w int }

func newPipe() (pipe, error) {
	var fd [2]int
	err := unix.Pipe2(fd[:], unix.O_CLOEXEC)
	return pipe{fd[0], fd[1]}, os.NewSyscallError("pipe2", err)
}

func (p pipe) close() error { return errors.Join(unix.Close(p.r), unix.Close(p.w)) }

// send writes a byte.
func send(fd int) bool {
	b := [1]byte{1}
	for {
		n, err := unix.Write(fd, b[:])
		if !errors.Is(err, unix.EINTR) {
			return n == 1
		}
	}
}

// receive reads a byte; false at the end.
func receive(fd int) bool {
	var b [1]byte
	for {
		n, err := unix.Read(fd, b[:])
		if !errors.Is(err, unix.EINTR) {
			return n == 1
		}
	}
}

// echo answers each byte until there are no more.
func echo(r, w int) {
	for receive(r) && send(w) {
	}
}

// switchNone has a thread send to itself: the system calls, and nobody to switch to.
func (s *stage) switchNone(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		p, err := newPipe()
		if err != nil {
			return o, err
		}
		o.Want = handBatches * hands
		o.Values = timed(handBatches, hands, func(int) {
			for range hands {
				if send(p.w) && receive(p.r) {
					o.Did++
				}
			}
		})
		return o, p.close()
	})
}

// pingPong sends and receives, and counts how often the kernel took the CPU from this thread.
func pingPong(r, w int) (o outcome, err error) {
	lost := errors.New("the other side has gone")
	send(w)
	if !receive(r) { // it is there
		return o, lost
	}
	o.Want = handBatches * hands
	o.Did, err = counting(switches, func() error {
		ok := true
		o.Values = timed(handBatches, 2*hands, func(int) {
			for i := 0; ok && i < hands; i++ {
				ok = send(w) && receive(r)
			}
		})
		if !ok {
			return lost
		}
		return nil
	})
	return o, err
}

// switchThreads has two threads of this process on one CPU hand a byte to each other.
func (s *stage) switchThreads(context.Context) (outcome, error) {
	return s.withPipes(func(to, from pipe) (outcome, error) {
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_, _ = s.pinned(s.cpus[0], func() (outcome, error) {
				echo(to.r, from.w)
				return outcome{}, nil
			})
		}()
		o, err := s.pinned(s.cpus[0], func() (outcome, error) { return pingPong(from.r, to.w) })
		err = errors.Join(err, unix.Close(to.w)) // the end for the other side
		<-gone
		return o, errors.Join(err, unix.Close(to.r), from.close())
	})
}

func (s *stage) withPipes(f func(to, from pipe) (outcome, error)) (outcome, error) {
	to, err := newPipe()
	if err != nil {
		return outcome{}, err
	}
	from, err := newPipe()
	if err != nil {
		return outcome{}, errors.Join(err, to.close())
	}
	return f(to, from)
}

// Files of a process that answers.
const (
	echoIn  = 3
	echoOut = 4
)

var echoEntry = process.NewEntry("shmbench/os/echo", func(args []string) error {
	if err := machine.PinTo(args[0]); err != nil {
		return err
	}
	echo(echoIn, echoOut)
	return nil
})

func (s *stage) switchProcesses(ctx context.Context) (outcome, error) {
	return s.acrossTo(ctx, s.cpus[0])
}

// switchOtherCPU is proven by a part of the switches: now and then the answer is there
// before who asked has gone to sleep.
func (s *stage) switchOtherCPU(ctx context.Context) (outcome, error) {
	o, err := s.acrossTo(ctx, s.cpus[1])
	o.Want /= 4
	return o, err
}

// acrossTo does it with a process on another CPU, or on the same.
func (s *stage) acrossTo(ctx context.Context, cpu int) (outcome, error) {
	return s.withPipes(func(to, from pipe) (outcome, error) {
		in, out := os.NewFile(uintptr(to.r), "pipe"), os.NewFile(uintptr(from.w), "pipe")
		p, err := process.Start(process.Command{
			Entry: echoEntry, Args: []string{itoa(cpu)}, Files: []*os.File{in, out}, IgnoreInterrupt: true,
		})
		err = errors.Join(err, in.Close(), out.Close())
		if err != nil {
			return outcome{}, errors.Join(err, unix.Close(to.w), unix.Close(from.r))
		}
		stop := context.AfterFunc(ctx, func() { _ = p.Kill() })
		o, err := s.pinned(s.cpus[0], func() (outcome, error) { return pingPong(from.r, to.w) })
		err = errors.Join(err, unix.Close(to.w), unix.Close(from.r))
		stop()
		last, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		return o, errors.Join(err, p.Join(last))
	})
}

var handEntry = process.NewEntry("shmbench/os/hand", func([]string) error { return say(handOver(), nil) })

// switchGoroutines is measured in a process whose goroutines have one thread to run on.
func (s *stage) switchGoroutines(ctx context.Context) (outcome, error) {
	return apart(ctx, process.Command{Entry: handEntry, Env: []string{"GOMAXPROCS=1"}})
}

func handOver() (o outcome) {
	to, from := make(chan struct{}), make(chan struct{})
	go func() {
		for range to {
			from <- struct{}{}
		}
	}()
	o.Want = handBatches * hands
	o.Values = timed(handBatches, 2*hands, func(int) {
		for range hands {
			to <- struct{}{}
			<-from
			o.Did++
		}
	})
	close(to)
	return o
}

package process_test

import (
	"encoding/binary"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// clock is the monotonic clock, which all processes share.
func clock() int64 {
	var ts unix.Timespec
	must(unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts))
	return ts.Nano()
}

// stamps says when its first line of Go ran, on descriptor 3, and waits to be killed.
var stamps = role("stamps", func([]string) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(clock()))
	_, err := unix.Write(3, b[:])
	must(err)
	sleep()
})

// BenchmarkStart measures one child from Start to its first line and from its death to
// Done. /proc/self/exe is the test binary, whose package initialisation is part of it.
func BenchmarkStart(b *testing.B) {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { must(r.Close()); must(w.Close()) }()
	c := child(stamps)
	c.Files = []*os.File{w}
	var up, down int64
	for b.Loop() {
		begin := clock()
		p, err := process.Start(c)
		if err != nil {
			b.Fatal(err)
		}
		var stamp [8]byte
		if _, err := r.Read(stamp[:]); err != nil {
			b.Fatal(err)
		}
		up += int64(binary.LittleEndian.Uint64(stamp[:])) - begin
		down += death(b, p)
	}
	b.ReportMetric(float64(up)/float64(b.N), "ns/to-first-line")
	b.ReportMetric(float64(down)/float64(b.N), "ns/death-to-Done")
}

// death kills p and returns how long it took until Done.
func death(b *testing.B, p *process.Process) int64 {
	time.Sleep(2 * time.Millisecond) // both sides asleep, as in real life
	begin := clock()
	if err := p.Signal(syscall.SIGKILL); err != nil {
		b.Fatal(err)
	}
	<-p.Done()
	return clock() - begin
}

// BenchmarkStartManyFiles is BenchmarkStart in a process with 15,000 descriptors.
func BenchmarkStartManyFiles(b *testing.B) {
	var fds []int
	for range 15_000 {
		fd, err := unix.Dup(0)
		if err != nil {
			b.Skip("cannot open so many files:", err)
		}
		fds = append(fds, fd)
	}
	defer func() {
		for _, fd := range fds {
			must(unix.Close(fd))
		}
	}()
	BenchmarkStart(b)
}

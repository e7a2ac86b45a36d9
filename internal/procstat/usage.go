package procstat

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"syscall"
	"time"
)

// A Usage is what one process used since it began, or uses now. Sizes are in bytes.
type Usage struct {
	PID     int `json:"pid"`
	Threads int `json:"threads"`

	User   time.Duration `json:"user_ns"`   // CPU time, in steps of 10 ms
	System time.Duration `json:"system_ns"` // the kernel's for it, likewise
	CPU    time.Duration `json:"cpu_ns"`    // both, to the nanosecond; of the threads that live
	Delay  time.Duration `json:"delay_ns"`  // that those could have run and had no CPU

	MinorFaults uint64 `json:"minor_faults"` // pages given without a disk
	MajorFaults uint64 `json:"major_faults"` // pages that were waited for
	Voluntary   uint64 `json:"voluntary"`    // switches because a thread waited; of those that live
	Involuntary uint64 `json:"involuntary"`  // switches because its time was over

	VSZ     uint64 `json:"vsz"`     // address space
	RSS     uint64 `json:"rss"`     // in memory
	Private uint64 `json:"private"` // of that, in no file: heap and stacks
	PSS     uint64 `json:"pss"`     // in memory, shared pages divided by who shares them; 0 if not asked for

	Start uint64 `json:"-"` // in ticks since boot: tells it from another process with its number
}

// tick is the unit of times in /proc, whatever the kernel's own is.
const tick = 10 * time.Millisecond

// Of looks at a process. The error of one that is not there is fs.ErrNotExist.
func Of(pid int, pss bool) (Usage, error) { return read(os.DirFS("/proc"), pid, pss) }

func read(proc fs.FS, pid int, pss bool) (Usage, error) {
	u := Usage{PID: pid}
	if err := u.read(proc, strconv.Itoa(pid), pss); err != nil {
		if errors.Is(err, syscall.ESRCH) { // it ended after the file was opened
			err = fs.ErrNotExist
		}
		return Usage{}, fmt.Errorf("procstat: process %d: %w", pid, err)
	}
	return u, nil
}

func (u *Usage) read(proc fs.FS, dir string, pss bool) error {
	text, err := fs.ReadFile(proc, path.Join(dir, "stat"))
	if err != nil {
		return err
	}
	if err := u.stat(text); err != nil {
		return err
	}
	if text, err = fs.ReadFile(proc, path.Join(dir, "status")); err != nil {
		return err
	}
	u.Private = value(text, "RssAnon:") << 10
	if pss {
		if text, err = fs.ReadFile(proc, path.Join(dir, "smaps_rollup")); err != nil {
			return err
		}
		u.PSS = value(text, "Pss:") << 10
	}
	threads, err := fs.ReadDir(proc, path.Join(dir, "task"))
	if err != nil {
		return err
	}
	for _, t := range threads {
		u.thread(proc, path.Join(dir, "task", t.Name()))
	}
	return nil
}

// Fields of /proc/PID/stat after the name, as proc(5) numbers them from 3.
const (
	fieldMinor   = 10 - 3
	fieldMajor   = 12 - 3
	fieldUser    = 14 - 3
	fieldSystem  = 15 - 3
	fieldThreads = 20 - 3
	fieldStart   = 22 - 3
	fieldVSZ     = 23 - 3
	fieldRSS     = 24 - 3 // pages
)

var errStat = errors.New("a line of stat that nobody can read")

// stat takes the figures of that file. The name in it is the process's to choose: it may
// hold spaces and parentheses, and ends with the last one.
func (u *Usage) stat(text []byte) error {
	f := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(f) <= fieldRSS {
		return errStat
	}
	at := func(i int) uint64 {
		n, _ := strconv.ParseUint(string(f[i]), 10, 64) // 0 for what is no number
		return n
	}
	u.MinorFaults, u.MajorFaults = at(fieldMinor), at(fieldMajor)
	u.User, u.System = time.Duration(at(fieldUser))*tick, time.Duration(at(fieldSystem))*tick
	u.Threads, u.Start = int(at(fieldThreads)), at(fieldStart)
	u.VSZ, u.RSS = at(fieldVSZ), at(fieldRSS)*uint64(os.Getpagesize())
	return nil
}

// thread adds what is kept for each thread. One that has ended adds nothing.
func (u *Usage) thread(proc fs.FS, dir string) {
	if text, err := fs.ReadFile(proc, path.Join(dir, "schedstat")); err == nil {
		if f := bytes.Fields(text); len(f) >= 2 {
			run, _ := strconv.ParseInt(string(f[0]), 10, 64)
			delay, _ := strconv.ParseInt(string(f[1]), 10, 64)
			u.CPU += time.Duration(run)
			u.Delay += time.Duration(delay)
		}
	}
	if text, err := fs.ReadFile(proc, path.Join(dir, "status")); err == nil {
		u.Voluntary += value(text, "\nvoluntary_ctxt_switches:")
		u.Involuntary += value(text, "nonvoluntary_ctxt_switches:")
	}
}

// value is the number after a key, 0 if there is none.
func value(text []byte, key string) (n uint64) {
	_, rest, _ := bytes.Cut(text, []byte(key))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	if f := bytes.Fields(line); len(f) > 0 {
		n, _ = strconv.ParseUint(string(f[0]), 10, 64)
	}
	return n
}

package account

import (
	"errors"
	"fmt"
	"slices"
)

// Usage is what a piece of work cost.
type Usage struct {
	Copied   int64 // bytes that read- and write-like calls moved, on all sides
	Syscalls int64 // see Meter.Calls
}

func (u Usage) minus(v Usage) Usage {
	return Usage{u.Copied - v.Copied, u.Syscalls - v.Syscalls}
}

// ErrGone says that a process that was to be counted is not there any more.
var ErrGone = errors.New("process is gone")

// calibrations is how many empty pieces of work a Meter measures at first; the
// median is what reading costs. The monitor thread of the runtime makes a call or
// two meanwhile, or none, so the cheapest would be too little.
const calibrations = 31

// A Meter counts what this process and some others do between Start and Stop.
type Meter struct {
	pids  []int
	trace *trace // nil: only what /proc/PID/io counts
	begin Usage
	texts int64 // bytes that Start read, which the kernel then counts as ours
	own   Usage // what Start and Stop cost beside
}

// Open returns a meter for this process and for pids.
//
// Errors: errors.ErrUnsupported where the kernel keeps no such counts.
func Open(pids ...int) (*Meter, error) {
	m := &Meter{pids: append([]int{0}, pids...)}
	if _, err := m.read(); err != nil {
		return nil, err
	}
	m.trace, _ = openTrace(m.pids)
	if err := m.calibrate(); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Meter) calibrate() error {
	var copied, calls [calibrations]int64
	for i := range calibrations {
		u, err := m.empty()
		if err != nil {
			return err
		}
		copied[i], calls[i] = u.Copied, u.Syscalls
	}
	slices.Sort(copied[:])
	slices.Sort(calls[:])
	m.own = Usage{copied[calibrations/2], calls[calibrations/2]}
	return nil
}

// empty measures no work.
func (m *Meter) empty() (Usage, error) {
	if err := m.Start(); err != nil {
		return Usage{}, err
	}
	return m.sinceStart()
}

// sinceStart returns what was counted since Start, but for the texts that Start
// read: their length changes with the numbers in them.
func (m *Meter) sinceStart() (Usage, error) {
	begin := Usage{m.begin.Copied + m.texts, m.begin.Syscalls}
	end, err := m.read()
	return end.minus(begin), err
}

// Calls says in a few words which system calls are counted.
func (m *Meter) Calls() string {
	if m.trace != nil {
		return "all (tracepoint raw_syscalls:sys_enter)"
	}
	return "read and write only (/proc/PID/io)"
}

// Start begins a piece of work.
func (m *Meter) Start() (err error) {
	m.begin, err = m.read()
	return err
}

// Stop ends a piece of work and returns what it cost.
func (m *Meter) Stop() (Usage, error) {
	u, err := m.sinceStart()
	if err != nil {
		return Usage{}, err
	}
	u = u.minus(m.own)
	return Usage{max(u.Copied, 0), max(u.Syscalls, 0)}, nil
}

// Close gives the meter's descriptors back.
func (m *Meter) Close() error { return m.trace.close() }

// read sums /proc/PID/io over the processes, this one first, and the trace.
func (m *Meter) read() (sum Usage, err error) {
	m.texts = 0
	for _, pid := range m.pids {
		u, length, err := processIO(pid)
		if err != nil {
			return Usage{}, fmt.Errorf("account: %w", err)
		}
		sum.Copied += u.Copied
		sum.Syscalls += u.Syscalls
		m.texts += int64(length)
	}
	if m.trace != nil {
		sum.Syscalls, err = m.trace.read()
	}
	return sum, err
}

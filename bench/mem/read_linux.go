package mem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/prometheus/procfs"
)

// source is a /proc.
type source struct {
	root string
	fs   procfs.FS
}

func openSource(root string) (*source, error) {
	p, err := procfs.NewFS(root)
	if err != nil {
		return nil, err
	}
	return &source{root, p}, nil
}

// read looks at one process.
func (s *source) read(pid int) (*Usage, error) {
	u, err := s.usage(pid)
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, s.why(pid, err))
	}
	return u, nil
}

// why says what an error of reading means.
func (s *source) why(pid int, err error) error {
	switch {
	case errors.Is(err, ErrNoMemory), errors.Is(err, ErrGone):
		return err
	case errors.Is(err, syscall.ESRCH), errors.Is(err, fs.ErrNotExist):
		p, perr := s.fs.Proc(pid)
		if perr != nil {
			return ErrGone
		}
		if st, serr := p.Stat(); serr == nil && (st.State == "Z" || st.VSize == 0) {
			return ErrNoMemory
		}
		return ErrGone
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: its memory can be seen by its owner and by root only", ErrDenied)
	}
	return err
}

func (s *source) usage(pid int) (*Usage, error) {
	p, err := s.fs.Proc(pid)
	if err != nil {
		return nil, err
	}
	st, err := p.Stat()
	if err != nil {
		return nil, err
	}
	u := &Usage{
		PID: pid, Name: st.Comm, Threads: st.NumThreads, VSZ: uint64(st.VSize),
		MinorFaults: uint64(st.MinFlt), MajorFaults: uint64(st.MajFlt), start: st.Starttime,
	}
	sum, err := p.ProcSMapsRollup()
	if err != nil {
		return nil, err
	}
	u.RSS, u.PSS, u.USS = sum.Rss, sum.Pss, sum.PrivateClean+sum.PrivateDirty
	u.Shared, u.Swap, u.Anonymous = sum.SharedClean+sum.SharedDirty, sum.Swap, sum.Anonymous
	maps, err := s.maps(pid)
	if err != nil {
		return nil, err
	}
	u.addMaps(maps)
	if err := s.switches(u); err != nil {
		return nil, err
	}
	if st, err = p.Stat(); err != nil || st.Starttime != u.start {
		return nil, ErrGone // its number is another's now
	}
	return u, nil
}

func (s *source) maps(pid int) ([]Mapping, error) {
	f, err := os.Open(filepath.Join(s.root, strconv.Itoa(pid), "smaps"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	maps, err := ReadMaps(f)
	if err == nil && len(maps) == 0 {
		return nil, ErrNoMemory
	}
	return maps, err
}

// switches sums those of all threads: the file of the process has the first one's only.
func (s *source) switches(u *Usage) error {
	threads, err := s.fs.AllThreads(u.PID)
	if err != nil {
		return err
	}
	for _, t := range threads {
		st, err := t.NewStatus()
		if err != nil {
			continue // it has ended
		}
		u.Voluntary += st.VoluntaryCtxtSwitches
		u.Involuntary += st.NonVoluntaryCtxtSwitches
	}
	return nil
}

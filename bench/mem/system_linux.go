package mem

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// system looks at the whole system.
func (s *source) system() (*moment, error) {
	m := &moment{at: time.Now(), says: map[string]float64{}}
	for _, f := range []func(map[string]float64) error{s.vmstat, s.meminfo, s.stat} {
		if err := f(m.says); err != nil {
			return nil, fmt.Errorf("system: %w", err)
		}
	}
	return m, nil
}

func (s *source) vmstat(says map[string]float64) error {
	f, err := os.Open(filepath.Join(s.root, "vmstat"))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from
	return readVMStat(f, says)
}

func (s *source) meminfo(says map[string]float64) error {
	m, err := s.fs.Meminfo()
	if err != nil {
		return err
	}
	kib := func(metric string, v *uint64) {
		if v != nil {
			says[metric] = float64(*v) * 1024
		}
	}
	kib("total_bytes", m.MemTotal)
	kib("available_bytes", m.MemAvailable)
	kib("free_bytes", m.MemFree)
	kib("cached_bytes", m.Cached)
	kib("shmem_bytes", m.Shmem)
	kib("anonymous_bytes", m.AnonPages)
	kib("dirty_bytes", m.Dirty)
	if m.SwapTotal != nil && m.SwapFree != nil && *m.SwapFree <= *m.SwapTotal {
		used := *m.SwapTotal - *m.SwapFree
		kib("swap_used_bytes", &used)
	}
	return nil
}

func (s *source) stat(says map[string]float64) error {
	st, err := s.fs.Stat()
	if err != nil {
		return err
	}
	c := st.CPUTotal // in user the kernel counts guest time too
	says["user_share"], says["system_share"] = c.User+c.Nice, c.System+c.IRQ+c.SoftIRQ
	says["idle_share"], says["iowait_share"], says["steal_share"] = c.Idle, c.Iowait, c.Steal
	says["switches_per_s"], says["interrupts_per_s"] = float64(st.ContextSwitches), float64(st.IRQTotal)
	says["forks_per_s"] = float64(st.ProcessCreated)
	says["running"], says["blocked"] = float64(st.ProcessesRunning), float64(st.ProcessesBlocked)
	return nil
}

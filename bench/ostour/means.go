package ostour

import (
	"fmt"

	"github.com/shmengine/shmengine/bench/machine"
)

// pageSize is the size that figures are given for, whatever the machine's pages are.
const pageSize = 4096

const pagesOfGiB = 1 << 30 / pageSize

// with writes a sentence from the medians of some systems, or says that they are not there.
func (c *CaseReport) with(systems []string, sentence func(v []float64) string) string {
	var values []float64
	for _, name := range systems {
		v, ok := c.value(name)
		if !ok {
			return "nothing: " + name + " could not be measured here."
		}
		values = append(values, v)
	}
	return sentence(values)
}

func touchMeans(c *CaseReport) string {
	text := c.with([]string{small, "shm", "fallocated"}, func(v []float64) string {
		return fmt.Sprintf("memory is paid for when it is touched, not when it is asked for: %s for a GiB of one's own, %s for one that is shared (%s if it was reserved before, as arenas do). Touch it once and use it again.",
			nanos(v[0]*pagesOfGiB), nanos(v[1]*pagesOfGiB), nanos(v[2]*pagesOfGiB))
	})
	if v, ok := c.value(huge); ok {
		text += fmt.Sprintf(" In huge pages a GiB is %s.", nanos(v*pagesOfGiB))
	}
	return text
}

func cowMeans(c *CaseReport) string {
	return c.with([]string{"copy", "fault"}, func(v []float64) string {
		return fmt.Sprintf("a page that is shared until it is written costs %s at the first write, %.1f times a plain copy: a snapshot pays where less than about %.0f %% of it is written.",
			nanos(v[1]), v[1]/v[0], min(100, 100*v[0]/v[1]))
	})
}

func heapMeans(c *CaseReport) string {
	return c.with([]string{"mmap", "go"}, func(v []float64) string {
		return fmt.Sprintf("whoever asks the kernel, the pages cost the same: a heap that grows by 100 MiB a second spends %.1f %% of a CPU on it in Go. Keep buffers, or a sync.Pool, where sizes repeat.",
			100*v[1]*(100<<20)/pageSize/1e9)
	})
}

func stackMeans(c *CaseReport) string {
	text := c.with([]string{"goroutines"}, func(v []float64) string {
		return fmt.Sprintf("a goroutine's stack is copied to twice the room each time it is full, %s for each 4 KiB that it reaches: deep recursion pays it in every new goroutine, a worker that stays pays it once.", nanos(v[0]))
	})
	if v, ok := c.value("main"); ok {
		text += fmt.Sprintf(" The main thread's grows by page faults, %s each, up to ulimit -s.", nanos(v))
	}
	return text
}

func tlbMeans(curve []point, list []knee) string {
	if len(list) == 0 || len(curve) == 0 {
		return "no knee was found: with this many pages the TLB does not decide, or the machine was disturbed."
	}
	last, k := curve[len(curve)-1], list[len(list)-1]
	text := fmt.Sprintf("random access over more than %s pays for addresses", machine.FormatSize(int64(k.pages)*pageSize))
	if last.huge > 0 {
		text += fmt.Sprintf(": over %s a load takes %s with pages of 4 KiB and %s with huge ones. Sort the accesses, or ask for huge pages.",
			machine.FormatSize(int64(last.pages)*pageSize), nanos(last.small), nanos(last.huge))
		return text
	}
	return text + ". Sort the accesses, so that neighbours follow each other."
}

func lineMeans(c *CaseReport) string {
	return c.with([]string{"two-cpus"}, func(v []float64) string {
		return fmt.Sprintf("two workers that write the same line, a counter or two of them side by side, get through %.1f million turns a second in all: give each its own line and add up at the end.", 2e3/v[0])
	})
}

func createMeans(c *CaseReport) string {
	text := c.with([]string{"goroutines", "engine"}, func(v []float64) string {
		return fmt.Sprintf("a goroutine (%s) may be made for each piece of work, a process (%s for this program again) must be there before: for that time %.0f goroutines come and go.", nanos(v[0]), nanos(v[1]), v[1]/v[0])
	})
	if v, ok := c.value("fork"); ok {
		text += fmt.Sprintf(" fork copies this program's page tables (%s) and is no way to start Go; vfork and clone, by which Go starts programs, do not.", nanos(v))
	}
	return text
}

func switchMeans(c *CaseReport) string {
	text := c.with([]string{"none", "goroutines", "threads", "processes"}, func(v []float64) string {
		return fmt.Sprintf("two system calls alone are %s; a switch of thread makes that %s, of process %s, of goroutine none of it (%s).", nanos(v[0]), nanos(v[2]), nanos(v[3]), nanos(v[1]))
	})
	if v, ok := c.value("other-cpu"); ok {
		text += fmt.Sprintf(" A sleeper on another CPU takes %s to hear: hand over work that is worth more, or let the receiver spin.", nanos(v))
	}
	return text
}

func usageMeans(c *CaseReport) string {
	m, _ := c.Figure(first, "system_share")
	text := c.with([]string{first, again}, func(v []float64) string {
		return fmt.Sprintf("the same loop is %.0f times as slow on fresh memory, and %.0f %% of that time is the kernel's: where a profile shows a kernel as slow as this, it is the first touch that one looks at.", v[0]/v[1], 100*m.Value)
	})
	return text + " Shares are what the kernel says, which on some machines counts in ticks of 1 to 10 ms."
}

func callMeans(c *CaseReport) string {
	return c.with([]string{"function", "getppid", "getppid-go"}, func(v []float64) string {
		return fmt.Sprintf("a system call costs %s where a function costs %s, before it does anything, and %s the way Go makes those that may block: a message of 64 bytes by write and read pays it twice.", nanos(v[1]), nanos(v[0]), nanos(v[2]))
	})
}

func clockMeans(c *CaseReport) string {
	return c.with([]string{"time.Now", "system-call"}, func(v []float64) string {
		if v[0] > v[1]/2 {
			return fmt.Sprintf("a reading costs %s, a system call each: this machine's clock cannot be read without the kernel. Time batches, not operations.", nanos(v[0]))
		}
		return fmt.Sprintf("a reading costs %s: what takes less than ten times that is timed in batches.", nanos(v[0]))
	})
}

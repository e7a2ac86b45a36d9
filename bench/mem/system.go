package mem

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// A figure of the whole system.
type systemFigure struct {
	metric, unit string
	rate         bool // a count since the system began, to be given per second
	what         string
}

// systemFigures are in the order of the report.
var systemFigures = []systemFigure{
	{"running", "1", false, "threads that run or could"},
	{"blocked", "1", false, "threads that wait for a disk"},
	{"total_bytes", "B", false, "memory of the machine"},
	{"available_bytes", "B", false, "memory that programs can have without swapping"},
	{"free_bytes", "B", false, "memory that nobody uses, not even for the cache of files"},
	{"cached_bytes", "B", false, "pages of files, shared memory among them"},
	{"shmem_bytes", "B", false, "shared memory: /dev/shm, memfd, shared mappings without a file"},
	{"anonymous_bytes", "B", false, "pages of programs that are in no file"},
	{"dirty_bytes", "B", false, "pages that wait to be written to a disk"},
	{"swap_used_bytes", "B", false, "memory that was moved to a disk"},
	{"user_share", "1", true, "share of all CPUs' time in programs"},
	{"system_share", "1", true, "share in the kernel"},
	{"idle_share", "1", true, "share without work"},
	{"iowait_share", "1", true, "share without work while a thread waits for a disk"},
	{"steal_share", "1", true, "share that a hypervisor gave to others"},
	{"switches_per_s", "1/s", true, "context switches"},
	{"interrupts_per_s", "1/s", true, "interrupts"},
	{"forks_per_s", "1/s", true, "threads and processes made"},
	{"faults_per_s", "1/s", true, "page faults, minor ones among them"},
	{"major_faults_per_s", "1/s", true, "page faults that waited for a disk"},
	{"in_bytes_per_s", "B/s", true, "read from disks"},
	{"out_bytes_per_s", "B/s", true, "written to disks"},
	{"swap_in_pages_per_s", "1/s", true, "pages read from swap"},
	{"swap_out_pages_per_s", "1/s", true, "pages written to swap"},
}

// A moment is what the system said at one time, by metric: sizes, and counts so far.
type moment struct {
	at   time.Time // monotonic
	says map[string]float64
}

// A System is the figures of the system over an interval, by metric.
type System struct {
	Span  time.Duration
	Value map[string]float64
}

// between takes rates from two moments. Shares are of the time that was counted.
func between(a, b *moment) *System {
	s := &System{Span: b.at.Sub(a.at), Value: map[string]float64{}}
	var counted float64
	for _, f := range systemFigures {
		v, ok := b.says[f.metric]
		if !ok {
			continue
		}
		if f.rate {
			v = max(0, v-a.says[f.metric])
			if !strings.HasSuffix(f.metric, "_share") {
				v /= s.Span.Seconds()
			} else {
				counted += v
			}
		}
		s.Value[f.metric] = v
	}
	for _, f := range systemFigures {
		if v, ok := s.Value[f.metric]; ok && f.rate && strings.HasSuffix(f.metric, "_share") && counted > 0 {
			s.Value[f.metric] = v / counted
		}
	}
	return s
}

// vmstat names what is taken of /proc/vmstat, and the unit there.
var vmstat = map[string]struct {
	metric string
	times  float64
}{
	"pgfault": {"faults_per_s", 1}, "pgmajfault": {"major_faults_per_s", 1},
	"pgpgin": {"in_bytes_per_s", 1024}, "pgpgout": {"out_bytes_per_s", 1024},
	"pswpin": {"swap_in_pages_per_s", 1}, "pswpout": {"swap_out_pages_per_s", 1},
}

// readVMStat reads lines of a name and a number.
func readVMStat(r io.Reader, says map[string]float64) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		v, known := vmstat[name]
		n, err := strconv.ParseUint(text, 10, 64)
		if known && err == nil {
			says[v.metric] = float64(n) * v.times
		}
	}
	return lines.Err()
}

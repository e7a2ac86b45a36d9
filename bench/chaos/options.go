package chaos

import (
	"fmt"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// Suite is the name of this suite in reports.
const Suite = "chaos"

// Options say what to run and what to break. Shares are of attempts at partitions and
// tasks.
type Options struct {
	Seed             uint64
	Kill, Stop, Segv float64
	NoSpace          bool          // also arenas that are too small, and a full /dev/shm where one can be had
	Strikes          int           // kills from outside, of workers at work, spread over Duration
	Duration         time.Duration // 0 means 60 s, or without end where Jobs is given
	Jobs             int           // 0 means as many as there is time for
	Workers          int
	Timeout          time.Duration // engine.Config.PartitionTimeout; 0 means 500 ms
	// Corrupt falsifies an answer, to show that this is seen.
	Corrupt bool
	// Progress hears of each job that is done, and of how many there will be, or of the
	// time that is over and of all of it. It is called by one goroutine at a time.
	Progress func(done, total int)
	// Begin gets what is known before anything is run.
	Begin func(Meta)
	// Measured gets each figure.
	Measured func(report.Measurement)
}

// Meta is what a report has to be read with.
type Meta = report.Meta[Settings]

// Settings are the options with their defaults filled in.
type Settings struct {
	Seed     uint64  `json:"seed"`
	Kill     float64 `json:"kill"`
	Stop     float64 `json:"stop"`
	Segv     float64 `json:"segv"`
	NoSpace  bool    `json:"enospc"`
	Strikes  int     `json:"strikes"`
	Duration string  `json:"duration"`
	Jobs     int     `json:"jobs"`
	Workers  int     `json:"workers"`
	Timeout  string  `json:"timeout"`
}

const (
	defaultDuration = time.Minute
	defaultTimeout  = 500 * time.Millisecond
	mostStrikes     = 100_000
	mostJobs        = 10_000_000
)

// Validate says what is wrong with o.
func (o Options) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{report.ErrOptions}, args...)...)
	}
	for _, v := range []float64{o.Kill, o.Stop, o.Segv} {
		if !(v >= 0 && v <= 1) {
			return bad("a share of %v (want 0 % to 100 %%)", v)
		}
	}
	switch {
	case o.Kill+o.Stop+o.Segv > 1:
		return bad("faults in more than 100 %% of attempts")
	case o.Workers < 1 || o.Workers > 256:
		return bad("%d workers (want 1 to 256)", o.Workers)
	case o.Duration < 0 || o.Timeout < 0:
		return bad("a duration of %v, a timeout of %v (want more than 0)", o.Duration, o.Timeout)
	case o.Strikes < 0 || o.Strikes > mostStrikes:
		return bad("%d strikes (want 0 to %d)", o.Strikes, mostStrikes)
	case o.Jobs < 0 || o.Jobs > mostJobs:
		return bad("%d jobs (want 0 to %d)", o.Jobs, mostJobs)
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Duration == 0 && o.Jobs == 0 {
		o.Duration = defaultDuration
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return o
}

func (o Options) settings() Settings {
	return Settings{o.Seed, o.Kill, o.Stop, o.Segv, o.NoSpace, o.Strikes, o.Duration.String(), o.Jobs, o.Workers, o.Timeout.String()}
}

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
)

func main() {
	if is, err := party(os.Args[1:]); is {
		exit(err)
	}
	var o options
	flag.StringVar(&o.match, "case", "", "only cases of this `pattern`, such as stream or roundtrip/64B")
	flag.IntVar(&o.reps, "reps", report.DefaultReps, "`rounds`")
	flag.Float64Var(&o.seconds, "seconds", 15, "about how long all takes, in `seconds`")
	flag.Parse()
	exit(o.run(os.Stdout))
}

// exit ends the program as its error says.
func exit(err error) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, "rivals:", err)
	if errors.Is(err, report.ErrOptions) {
		os.Exit(2)
	}
	os.Exit(1)
}

type options struct {
	match   string
	reps    int
	seconds float64
}

// run measures what the options ask for, and prints the tables.
func (o options) run(w io.Writer) error {
	chosen, err := o.chosen()
	if err != nil {
		return err
	}
	cpus, err := twoCPUs()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "rivals")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f, err := startAll(dir, cpus)
	defer f.kill() // what has not ended by then
	if err != nil {
		return err
	}
	window := time.Duration(o.seconds / float64(len(chosen)*len(systems)*o.reps) * float64(time.Second))
	for _, c := range chosen {
		found, err := f.measure(c, o.reps, window)
		if err != nil {
			return err
		}
		if err := found.Write(w, style); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "server on CPU %d, client on CPU %d, GOMAXPROCS=1 each; all sums were right\n", cpus[0], cpus[1])
	fmt.Fprintln(w, machine.Describe())
	return f.stop()
}

// chosen are the cases that the options name.
func (o options) chosen() (list []contest, err error) {
	s := report.Suite{}
	for _, c := range contests {
		s.Cases = append(s.Cases, c.name)
		if report.Matches(o.match, c.name) {
			list = append(list, c)
		}
	}
	return list, s.Check(report.Choice{Case: o.match, Reps: o.reps, Seconds: o.seconds, Exact: true})
}

// twoCPUs are two that this process may use.
func twoCPUs() (two [2]int, err error) {
	list, err := machine.CPUs()
	if err != nil {
		return two, err
	}
	if len(list) < 2 {
		return two, errors.New("this takes two CPUs, and there is one")
	}
	copy(two[:], list)
	return two, nil
}

// startAll starts all systems.
func startAll(dir string, cpus [2]int) (*field, error) {
	f := &field{couples: map[string]*couple{}}
	for _, s := range systems {
		p, err := startCouple(s, dir, cpus)
		if err != nil {
			return f, err
		}
		f.names = append(f.names, s.name)
		f.couples[s.name] = p
	}
	return f, nil
}

func (f *field) stop() error {
	for _, name := range f.names {
		if err := f.couples[name].stop(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// kill ends all systems at once.
func (f *field) kill() {
	for _, p := range f.couples {
		p.kill()
	}
}

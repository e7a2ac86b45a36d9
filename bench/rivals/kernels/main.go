package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

const (
	name     = "rivals/kernels"
	baseline = "ours"
	perElem  = "ns_per_elem"
)

// notes are what is to be known of all cases.
var notes = []string{"one thread", "every result was compared with ours", "arrow allocates its results"}

func main() {
	var o suite.Options[struct{}]
	flag.StringVar(&o.Case, "case", "", "only cases of this `pattern`, such as sum or gemm/512")
	flag.IntVar(&o.Reps, "reps", report.DefaultReps, "`rounds`")
	flag.Float64Var(&o.Seconds, "seconds", report.DefaultSeconds, "about how long all takes, in `seconds`")
	flag.Parse()
	err := measure(context.Background(), os.Stdout, o)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "kernels:", err)
	if errors.Is(err, report.ErrOptions) {
		os.Exit(2)
	}
	os.Exit(1)
}

// measure runs the cases that are asked for, and prints their tables.
func measure(ctx context.Context, w io.Writer, o suite.Options[struct{}]) error {
	chosen, err := choose(o)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(1) // gonum multiplies by as many goroutines
	o = o.WithDefaults()
	var list []suite.Contest[*sample]
	for _, c := range chosen {
		list = append(list, c.contest(o))
	}
	found, err := suite.Run(ctx, list, o.Watch(struct{}{}), nil)
	if err != nil {
		return err
	}
	for _, c := range found {
		if err := c.Write(w, style); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, strings.Join(notes, "; "))
	_, err = fmt.Fprintln(w, machine.Describe())
	return err
}

// choose returns the cases that match the pattern.
func choose(o suite.Options[struct{}]) (chosen []contest, err error) {
	var names []string
	for _, c := range contests() {
		names = append(names, c.name)
		if report.Matches(o.Case, c.name) && !(c.long && o.Case == "") {
			chosen = append(chosen, c)
		}
	}
	return chosen, o.Check(report.Suite{Cases: names, Systems: systems}, len(chosen))
}

// window is how long one measurement takes in a run of the usual length.
const window = 40 * time.Millisecond

var style = report.Style{
	Titles: map[string]string{perElem: "ns/elem"},
	Value:  func(m report.Measurement) string { return report.Number(m.Value) },
	More:   func(string) bool { return false },
}

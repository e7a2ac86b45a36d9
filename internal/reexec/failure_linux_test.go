package reexec_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// fake is a TB whose failures can be looked at.
type fake struct {
	log     []string
	failed  bool
	cleanup []func()
}

type fatal struct{}

func (f *fake) Helper()                  {}
func (f *fake) Context() context.Context { return context.Background() }
func (f *fake) Failed() bool             { return f.failed }
func (f *fake) Cleanup(c func())         { f.cleanup = append(f.cleanup, c) }
func (f *fake) Logf(format string, args ...any) {
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

func (f *fake) Errorf(format string, args ...any) {
	f.failed = true
	f.Logf(format, args...)
}

func (f *fake) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(fatal{})
}

func (f *fake) Skipf(format string, args ...any) { f.Fatalf(format, args...) }

// run runs a test that may fail, with its clean-up, and returns its log.
func (f *fake) run(test func(*fake)) string {
	f.body(test)
	for i := len(f.cleanup) - 1; i >= 0; i-- {
		f.cleanup[i]()
	}
	return strings.Join(f.log, "\n")
}

func (f *fake) body(test func(*fake)) {
	defer func() {
		if v := recover(); v != nil && v != any(fatal{}) {
			panic(v)
		}
	}()
	test(f)
}

// failures are children that go wrong, and what the message must tell.
var failures = map[string]struct {
	test func(*fake)
	want []string
}{
	"silence": {func(f *fake) {
		p := reexec.Start(f, echo, reexec.Options{})
		p.Hear()
		p.SetTimeout(short)
		p.Hear()
	}, []string{`child "echo" did not say something within 200ms`, `it said "echo[]"`}},
	"wrong word": {func(f *fake) {
		reexec.Start(f, echo, reexec.Options{}).Expect("hello")
	}, []string{`said "echo[]", want "hello"`}},
	"end before the point": {func(f *fake) {
		reexec.Start(f, exiter, reexec.Options{Args: []string{"panic"}}).WaitAt("never")
	}, []string{"ended (exit code 2) before it did reach the point never", "panic: on purpose"}},
	"unasked failure": {func(f *fake) {
		p := reexec.Start(f, exiter, reexec.Options{Args: []string{"fatal"}})
		eventually(f, func() bool { return strings.Contains(p.Output(), "on purpose") })
		eventually(f, func() bool { return state(f, p.PID()) == "Z" })
	}, []string{`child "exiter" failed: exit code 1`, "on purpose"}},
	"unknown": {func(f *fake) {
		reexec.Start(f, "nobody", reexec.Options{})
	}, []string{`no function "nobody"`, "echo"}},
	"stop after the end": {func(f *fake) {
		p := reexec.Start(f, echo, reexec.Options{})
		p.Kill()
		p.Stop()
	}, []string{"it has ended"}},
	"armed too late": {func(f *fake) {
		p := reexec.Start(f, passer, reexec.Options{})
		p.Hear()
		p.Arm("once")
		p.SetTimeout(short)
		p.WaitAt("once")
	}, []string{"passed 1 times before the point was armed", "Options.Arm"}},
}

// short is long enough for a child that will never answer.
const short = 200 * time.Millisecond

// Each failure says what was waited for, what the child said last, and what it
// printed.
func TestFailures(t *testing.T) {
	for name, tt := range failures {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			log := f.run(tt.test)
			for _, want := range tt.want {
				if !f.failed || !strings.Contains(log, want) {
					t.Errorf("log:\n%s\nwant: %s", log, want)
				}
			}
		})
	}
}

var passer = reexec.Register("passer", func(c *reexec.Child) {
	c.At("once")
	c.Say("passed")
	c.Hear()
})

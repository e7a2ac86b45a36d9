package process_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// family starts a descendant in the given way, args[0] generations below it, and then
// waits to be killed.
var family = role("family", func(args []string) {
	must(process.EndWithParent())
	fmt.Println("up")
	depth, err := strconv.Atoi(args[0])
	must(err)
	if depth > 0 {
		must(descend(depth-1, args[1]))
	}
	sleep()
})

// descend starts the next generation.
func descend(depth int, way string) error {
	c := child("family", strconv.Itoa(depth), way)
	c.Stdout = nil // this process's own
	switch way {
	case "lifeline":
		c.Lifeline = true
	case "wrapper": // the kernel's signal reaches the shell only
		c.Lifeline = true
		c.Args = append([]string{"-c", `"$0" "$@" & wait`, os.Args[0]}, c.Args...)
		c.Path = "/bin/sh"
	case "namespace":
		c.Lifeline = true
		c.Args = append([]string{"--pid", "--fork", os.Args[0]}, c.Args...)
		c.Path = "unshare"
	case "os/exec": // started by other means, without a parent-death signal
		return throughExec(c)
	}
	_, err := process.Start(c)
	return err
}

// throughExec starts c by os/exec, so that only EndWithParent ties it to this process.
func throughExec(c process.Command) error {
	cmd := exec.Command(os.Args[0], c.Args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), c.Env...), os.Stdout, os.Stderr
	return cmd.Start()
}

func TestParentKilled(t *testing.T) {
	for _, way := range []string{"signal", "lifeline", "wrapper", "namespace", "os/exec"} {
		t.Run(way, func(t *testing.T) {
			if way == "namespace" && exec.Command("unshare", "--pid", "--fork", "true").Run() != nil {
				t.Skip("no right to make a PID namespace here")
			}
			m := newMouth(t)
			c := child(family, "2", way)
			c.Stdout = m
			p := start(t, c)
			for range 3 {
				m.hear() // that generation is up
			}
			all := descendants(t, p.PID())
			if err := p.Kill(); err != nil {
				t.Fatal(err)
			}
			join(t, p) // its orphans are reaped after it: only then are they ours
			for _, w := range all {
				w.mustDie()
			}
		})
	}
}

// descendants watches everything below pid.
func descendants(tb testing.TB, pid int) (all []witness) {
	tb.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		tb.Fatal(err)
	}
	for _, task := range tasks {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		if err != nil {
			tb.Skip("kernel does not list children:", err)
		}
		for _, s := range strings.Fields(string(b)) {
			kid := atoi(tb, s)
			all = append(all, watch(tb, kid))
			all = append(all, descendants(tb, kid)...)
		}
	}
	return all
}

// badLifeline has a lifeline that is none.
var badLifeline = role("badLifeline", func([]string) {
	if err := process.EndWithParent(); err == nil {
		fatal("accepted")
	}
})

func TestBadLifeline(t *testing.T) {
	for _, v := range []string{"", "x", "-1", "0", "3", "99999999999999999999"} {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", roleEnv+"="+badLifeline, "SHMENGINE_LIFELINE="+v)
		c.ExtraFiles = []*os.File{os.Stdin}
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%q: %v, %s", v, err, out)
		}
	}
}

// foreman leads a process group, as a shell's job does, and interrupts all of it right
// after it has started children.
var foreman = role("foreman", func([]string) {
	must(unix.Setpgid(0, 0))
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	for range 10 {
		var kids [3]*process.Process
		for i, c := range []process.Command{child("hang"), child("hang"), child("group")} {
			c.IgnoreInterrupt = i > 0
			var err error
			kids[i], err = process.Start(c)
			must(err)
		}
		must(unix.Kill(-unix.Getpgrp(), unix.SIGINT))
		<-interrupts
		for i, want := range []int{-2, -15, -15} {
			if i > 0 {
				must(kids[i].Terminate())
			}
			<-kids[i].Done()
			if n, _ := kids[i].ExitCode(); n != want {
				fatal("child", i, "exit code", n, "want", want, kids[i].StderrTail())
			}
		}
	}
})

func TestIgnoreInterrupt(t *testing.T) {
	p := start(t, child(foreman))
	if got := code(t, p); got != 0 {
		t.Errorf("exit code %d: %s", got, p.StderrTail())
	}
}

// group says in which process group it is, before and after EndWithParent, and then
// whether interrupts reach it if it asks for them.
var group = role("group", func([]string) {
	fmt.Println(unix.Getpgrp())
	must(process.EndWithParent())
	fmt.Println(unix.Getpgrp())
	must(unix.Kill(unix.Getpid(), unix.SIGINT)) // ignored
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	must(unix.Kill(unix.Getpid(), unix.SIGINT))
	fmt.Println(<-ch)
	sleep()
})

func TestProcessGroup(t *testing.T) {
	for _, ignore := range []bool{false, true} {
		m := newMouth(t)
		c := child(group)
		c.Stdout, c.IgnoreInterrupt = m, ignore
		p := start(t, c)
		mine := unix.Getpgrp()
		first, second := atoi(t, m.hear()), atoi(t, m.hear())
		if want := map[bool]int{false: mine, true: p.PID()}[ignore]; first != want || second != mine {
			t.Errorf("ignore %v: child was in group %d, then %d; want %d, then %d", ignore, first, second, want, mine)
		}
		if !ignore {
			if got := code(t, p); got != -2 {
				t.Errorf("exit code %d, want that of SIGINT", got)
			}
			continue
		}
		if got := m.hear(); got != "interrupt" {
			t.Errorf("heard %q", got)
		}
	}
}

func ignore(sig syscall.Signal) { signal.Ignore(sig) }

func contextSoonOver() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx, cancel
}

func blocking(tb testing.TB, f *os.File) {
	tb.Helper()
	if err := unix.SetNonblock(int(f.Fd()), false); err != nil {
		tb.Fatal(err)
	}
}

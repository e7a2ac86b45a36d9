package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// A couple is the server and the client of a system, both running.
type couple struct {
	server, client *exec.Cmd
	errors         [2]bytes.Buffer
	to             io.WriteCloser
	from           *bufio.Reader
}

// startCouple starts both, each on a CPU.
func startCouple(s system, dir string, cpus [2]int) (*couple, error) {
	p := new(couple)
	address := filepath.Join(dir, s.name)
	p.server, p.client = p.command(0, "server", s, address), p.command(1, "client", s, address)
	ready, err := p.server.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startOn(cpus[0], p.server); err != nil {
		return nil, err
	}
	if _, err := bufio.NewReader(ready).ReadString('\n'); err != nil {
		return nil, p.killed(fmt.Errorf("the server of %s does not get ready: %s", s.name, &p.errors[0]))
	}
	if p.to, err = p.client.StdinPipe(); err != nil {
		return nil, p.killed(err)
	}
	out, err := p.client.StdoutPipe()
	if err != nil {
		return nil, p.killed(err)
	}
	p.from = bufio.NewReader(out)
	if err := startOn(cpus[1], p.client); err != nil {
		return nil, p.killed(err)
	}
	return p, nil
}

func (p *couple) command(i int, role string, s system, address string) *exec.Cmd {
	c := exec.Command("/proc/self/exe", role, s.name, address)
	c.Stderr = &p.errors[i]
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	return c
}

// startOn starts a command on one CPU.
func startOn(cpu int, c *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return os.NewSyscallError("sched_getaffinity", err)
	}
	one.Set(cpu)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return os.NewSyscallError("sched_setaffinity", err)
	}
	err := c.Start()
	return errors.Join(err, os.NewSyscallError("sched_setaffinity", unix.SchedSetaffinity(0, &before)))
}

// do has the client do a job.
func (p *couple) do(j job) (result, error) {
	var r result
	if err := json.NewEncoder(p.to).Encode(j); err != nil {
		return r, p.explain(err)
	}
	text, err := p.from.ReadBytes('\n')
	if err != nil {
		return r, p.explain(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, err
	}
	if r.Err != "" {
		return r, errors.New(r.Err)
	}
	return r, nil
}

func (p *couple) explain(err error) error {
	p.kill()
	return fmt.Errorf("%w; server: %s; client: %s", err, &p.errors[0], &p.errors[1])
}

// stop lets the client end, then ends the server.
func (p *couple) stop() error {
	if err := p.to.Close(); err != nil {
		return err
	}
	if err := p.client.Wait(); err != nil {
		return p.explain(err)
	}
	p.kill()
	return nil
}

// kill ends both at once. How they end is not asked: that is for those that end by themselves.
func (p *couple) kill() {
	for _, c := range []*exec.Cmd{p.client, p.server} {
		if c.Process != nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	}
}

// killed is an error after which neither goes on.
func (p *couple) killed(err error) error {
	p.kill()
	return err
}

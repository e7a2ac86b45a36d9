package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// What a worker tries, and how it went.
type attempt struct {
	Write, Make, Remove, Allowed, Read, Exec, Socket, Ptrace, Unshare string
	Threads, NoFile, Core                                             int
	CPUs                                                              []string // of each thread
	Nice                                                              []int
	Seccomp                                                           []string
	Cgroup                                                            string
}

type ground struct{ Dir, Allowed string }

// attemptFunc tries what limits may forbid, from inside a worker.
var attemptFunc = NewFunc("test/attempt", func(_ context.Context, g ground) (string, error) {
	a := tries(g)
	a.threads()
	out, err := json.Marshal(a)
	return string(out), err
})

// reopenFunc opens the file of the data arena anew, for writing, by a descriptor of it.
var reopenFunc = NewFunc("test/reopen", func(context.Context, struct{}) (string, error) {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return "", err
	}
	for _, fd := range open {
		path := "/proc/self/fd/" + fd.Name()
		if at, _ := os.Readlink(path); !strings.HasPrefix(at, "/dev/shm/") {
			continue
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err == nil {
			err = f.Close()
		}
		return said(err), nil
	}
	return "no descriptor", nil
})

func tries(g ground) attempt {
	a := attempt{
		Write:   said(os.WriteFile(filepath.Join(g.Dir, "file"), []byte("x"), 0o600)),
		Make:    said(os.Mkdir(filepath.Join(g.Dir, "made"), 0o700)),
		Remove:  said(os.Remove(filepath.Join(g.Dir, "old"))),
		Allowed: said(os.WriteFile(filepath.Join(g.Allowed, "file"), []byte("x"), 0o600)),
		Exec:    said(syscall.Exec("/bin/true-or-not", []string{"true"}, nil)),
	}
	_, err := os.ReadFile(filepath.Join(g.Dir, "secret"))
	a.Read = said(err)
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err != nil {
		a.Socket = said(err)
	} else {
		l.Close()
	}
	a.Ptrace = said(unix.PtraceAttach(1 << 22))
	a.Unshare = said(unix.Unshare(unix.CLONE_FS))
	var lim unix.Rlimit
	_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &lim)
	a.NoFile = int(lim.Max)
	_ = unix.Getrlimit(unix.RLIMIT_CORE, &lim)
	a.Core = int(lim.Max)
	text, _ := os.ReadFile("/proc/self/cgroup")
	a.Cgroup = string(text)
	return a
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// threads looks at every thread of this process.
func (a *attempt) threads() {
	tasks, _ := os.ReadDir("/proc/self/task")
	a.Threads = len(tasks)
	for _, task := range tasks {
		text, _ := os.ReadFile("/proc/self/task/" + task.Name() + "/status")
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ":\t")
			switch key {
			case "Cpus_allowed_list":
				a.CPUs = append(a.CPUs, value)
			case "Seccomp":
				a.Seccomp = append(a.Seccomp, value)
			}
		}
		stat, _ := os.ReadFile("/proc/self/task/" + task.Name() + "/stat")
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		var nice int
		fmt.Sscan(fields[16], &nice)
		a.Nice = append(a.Nice, nice)
	}
}

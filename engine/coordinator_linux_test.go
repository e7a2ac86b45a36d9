package engine

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/limits"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/shmarena"
)

// coordinator is a process with an engine whose workers are in a kernel that
// neither ends nor heeds anybody.
var coordinator = reexec.Register("engine/coordinator", func(c *reexec.Child) { coordinate(c, limits.Limits{}) })

// limitedCoordinator is one whose workers went on as programs of their own.
var limitedCoordinator = reexec.Register("engine/coordinator/limited", func(c *reexec.Child) { coordinate(c, limits.Limits{Nice: 1}) })

func coordinate(c *reexec.Child, l limits.Limits) {
	e, err := Start(context.Background(), Config{Workers: 3, ArenaSize: 64 << 20, Limits: l})
	if err != nil {
		c.Fatalf("start: %v", err)
	}
	x, err := shmarena.CopyIn(e.Arena(), randoms(30*LeafRows))
	if err != nil {
		c.Fatalf("copy in: %v", err)
	}
	go troubleKernel.Run(context.Background(), e, x.Len(), trouble{InOf(x), makeSlow, 0})
	for len(e.Running()) == 0 {
		time.Sleep(time.Millisecond)
	}
	c.Say(fmt.Sprint(e.WorkerPIDs()))
	c.At("working")
}

func TestWorkersEndWithTheirCoordinator(t *testing.T) {
	for _, role := range []string{coordinator, limitedCoordinator} {
		coordinatorDies(t, role)
	}
}

func coordinatorDies(t *testing.T, role string) {
	p := reexec.Start(t, role, reexec.Options{Arm: []string{"working"}})
	pids := strings.Fields(strings.Trim(p.Hear(), "[]"))
	p.WaitAt("working")
	p.Kill()
	if len(pids) != 3 {
		t.Fatalf("workers %v", pids)
	}
	for _, s := range pids {
		pid, _ := strconv.Atoi(s)
		waitFor(t, "at an end: worker "+s, func() bool { return !alive(pid) })
	}
}

// alive reports whether pid is a process other than a zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

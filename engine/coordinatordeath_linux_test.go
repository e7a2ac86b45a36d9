package engine

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/shmarena"
)

// busyCoordinator starts engines and has them do everything at once.
var busyCoordinator = reexec.Register("engine/busycoordinator", func(c *reexec.Child) {
	ctx := context.Background()
	for first := true; ; first = false {
		e, err := Start(ctx, Config{Workers: 2, ArenaSize: 64 << 20, IdleTimeout: 20 * time.Millisecond})
		if err != nil {
			c.Fatalf("start: %v", err)
		}
		x, err := shmarena.CopyIn(e.Arena(), randoms(30*LeafRows))
		if err != nil {
			c.Fatalf("copy in: %v", err)
		}
		if first {
			c.Say("working")
		}
		go func() { _, _ = sumKernel.Run(ctx, e, x) }()
		go func() { _, _ = isolatedFunc.Isolated().Call(ctx, e, isolatedArgs{What: "sum", X: InOf(x)}) }()
		go func() { _ = e.Resize(ctx, 3) }()
		for range 3 {
			_, _ = doFunc.Submit(ctx, e, killSelf)
			_, _ = squareFunc.Submit(ctx, e, 3)
		}
		for _, err := range squareFunc.Map(ctx, e, upTo(50, nil), MapOptions{}) {
			if err != nil {
				c.Fatalf("%v", err)
			}
		}
		if err := e.Close(); err != nil {
			c.Fatalf("close: %v", err)
		}
	}
})

// childrenOf are the processes of a parent that have not ended.
func childrenOf(t *testing.T, parent int) (pids []string) {
	t.Helper()
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		stat, err := os.ReadFile("/proc/" + d.Name() + "/stat")
		_, rest, ok := strings.Cut(string(stat), ") ")
		var state string
		var of int
		if _, serr := fmt.Sscan(rest, &state, &of); err == nil && serr == nil && ok && of == parent && state != "Z" && state != "X" {
			pids = append(pids, d.Name())
		}
	}
	return pids
}

// Whenever the coordinator is killed, its processes end: within two seconds on a quiet
// machine, and here before our patience is over. That nothing else stays behind is what leaktest looks at.
func TestCoordinatorKilledAtAnyMoment(t *testing.T) {
	times := 12
	if race.Enabled { // a start takes a second
		times = 6
	}
	if os.Getenv("SHMENGINE_STRESS") != "" {
		times = 200
	}
	seen := 0
	for i := range times {
		p := reexec.Start(t, busyCoordinator, reexec.Options{})
		if i%2 == 0 { // otherwise it may be in the middle of its start
			p.Expect("working")
		}
		time.Sleep(time.Duration(i%40) * 5 * time.Millisecond)
		seen += len(childrenOf(t, p.PID()))
		p.Kill()
		waitFor(t, "without orphans, which are ours", func() bool { return len(childrenOf(t, os.Getpid())) == 0 })
	}
	if seen < 3 {
		t.Errorf("%d kills, with %d processes altogether: they came too early", times, seen)
	}
}

package stepkill_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
)

// adder adds one in two steps.
var adder = reexec.Register("adder", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	stepkill.Region(c, func() { l.count.Store(l.count.Load() + 1) })
})

// What is done meanwhile falls between any two instructions: an addition in two steps loses what is added between
// them, and nothing before or behind them; and the child always gets to its end.
func TestMeanwhile(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	found, meanwhile := map[string]int{}, false
	stepkill.Run(t, stepkill.Config{
		Child: adder, Files: []*os.File{f},
		Prepare:   func() { clear(mem); meanwhile = false },
		Meanwhile: func(stepkill.Point) { toyIn(mem).count.Add(10); meanwhile = true },
		Verify: func(stepkill.Point) error {
			found[fmt.Sprint(toyIn(mem).count.Load(), " ", meanwhile)]++
			return nil
		},
	})
	if found["1 true"] == 0 || found["11 true"] < 2 || len(found) > 3 {
		t.Errorf("found %v", found)
	}
}

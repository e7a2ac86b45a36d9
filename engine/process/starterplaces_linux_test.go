package process_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/engine/process"
)

// place's exit code is where it is.
var place = process.NewEntry("place", func([]string) error {
	n, err := strconv.Atoi(os.Getenv("PLACE"))
	if err != nil {
		return err
	}
	os.Exit(n)
	return nil
})

// Each process has a place of its own while it lives, and the next one has it after it.
func TestStarterPlaces(t *testing.T) {
	for name, c := range methods {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var places []int
			c.Each = func(place int, cmd *process.Command) {
				mu.Lock()
				defer mu.Unlock()
				places = append(places, place)
				cmd.Env = append(cmd.Env, fmt.Sprint("PLACE=", place))
			}
			if c.Method == process.Standby && c.Jobs == 0 {
				c.Most = 4
			}
			s, _ := starter(t, c)
			for range 8 {
				if n := ended(t, run(t, s, place)); n >= 4 {
					t.Errorf("a job in place %d", n)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if len(places) == 0 || slices.Max(places) >= 4 || c.Jobs == 0 && len(places) < 8 {
				t.Errorf("places %v", places)
			}
		})
	}
}

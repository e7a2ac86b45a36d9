package engine

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

// An engine that does not start leaves no name: the next one with it would be refused.
func TestFailedStartLeavesNoName(t *testing.T) {
	name := leaktest.Name("unstarted")
	for range 2 {
		_, err := Start(t.Context(), Config{Workers: 1, ArenaSize: 1 << 20, Name: name, Command: []string{"/nonexistent/worker"}})
		if !errors.Is(err, ErrWorkerStart) {
			t.Fatalf("%v, not ErrWorkerStart", err)
		}
		for _, left := range []string{name, name + controlSuffix} {
			if _, err := os.Stat("/dev/shm/shmarena-" + left); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the name %s is there: %v", left, err)
			}
		}
	}
}

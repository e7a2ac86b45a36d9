package dispatch

import (
	"os"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	engine.Init()
	Init()
	os.Setenv("GORACE", "atexit_sleep_ms=0") // of the workers: each would take a second to end
	mostArray = leastArray
	leaktest.Main(m)
}

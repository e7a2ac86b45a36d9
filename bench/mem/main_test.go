package mem

import (
	"os"
	"testing"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	process.Init()
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	leaktest.Main(m)
}

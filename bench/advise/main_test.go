package advise

import (
	"os"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	engine.Init()
	os.Setenv("GORACE", "atexit_sleep_ms=0") // of the children: each would take a second to end
	dataWords = 4 << 20 / 8
	leaktest.Main(m)
}

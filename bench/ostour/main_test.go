package ostour

import (
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	Init()
	os.Setenv("GORACE", "atexit_sleep_ms=0") // of the children: each would take a second to end
	leaktest.Main(m)
}

package kernel

import (
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	Init()
	leaktest.Main(m)
}

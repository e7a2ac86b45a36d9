package top

import (
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	engine.Init()
	leaktest.Main(m)
}

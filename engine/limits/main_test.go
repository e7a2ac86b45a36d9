package limits

import (
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

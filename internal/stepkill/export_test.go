package stepkill

import (
	"testing"
	"time"
)

// SetLifetime bounds the stepping of children for one test.
func SetLifetime(t *testing.T, d time.Duration) {
	old := lifetime
	t.Cleanup(func() { lifetime = old })
	lifetime = d
}

package process

import (
	"reflect"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/testmem"
)

// The block of a spare is as docs/memory-layout.md draws it.
func TestLayoutIsDrawn(t *testing.T) {
	if err := pod.Check(reflect.TypeFor[block]()); err != nil {
		t.Error(err)
	}
	testmem.Drawn(t, "../../docs/memory-layout.md", "The block of a spare", "block", reflect.TypeFor[block]())
}

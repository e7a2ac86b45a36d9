package queue

import (
	"reflect"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/testmem"
)

// The control block of a queue is as docs/memory-layout.md draws it.
func TestLayoutIsDrawn(t *testing.T) {
	for name, typ := range map[string]reflect.Type{
		"control": reflect.TypeFor[control](), "side": reflect.TypeFor[side](), "place": reflect.TypeFor[place](),
	} {
		if err := pod.Check(typ); err != nil {
			t.Error(err)
		}
		testmem.Drawn(t, "../../docs/memory-layout.md", "The control block of a queue", name, typ)
	}
}

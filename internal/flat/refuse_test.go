package flat_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/flat"
)

func refusal[T any]() error {
	_, err := flat.For[T]()
	return err
}

type embedsTime struct {
	time.Time
	Name string
}

// refusals are errors by what they should say.
func refusals() map[string]error {
	return map[string]error{
		"A.B[].C is a map": refusal[struct {
			A struct{ B []struct{ C map[string]int } }
		}](),
		"flatten *int: it is a ptr":       refusal[*int](),
		"[][2] is a chan":                 refusal[[][2]chan int](),
		"F is a func":                     refusal[struct{ F func() }](),
		"I is a interface":                refusal[struct{ I any }](),
		"E is a interface":                refusal[struct{ E error }](),
		"U is a uintptr":                  refusal[struct{ U uintptr }](),
		"a is not exported (leave it out": refusal[struct{ a int }](),
		"M.mu is not exported":            refusal[struct{ M sync.Mutex }](),
		"W._ has the tag": refusal[struct {
			W struct {
				_ int `flat:"-"`
			}
		}](),
		"B has the tag `flat:\"unexported\"`": refusal[struct {
			B int `flat:"unexported"`
		}](),
		"is a slice of struct {}, which":   refusal[[]struct{}](),
		"S is a slice of [0]string, which": refusal[struct{ S [][0]string }](),
		"[] is a slice of struct { X int": refusal[[][]struct {
			X int `flat:"-"`
		}](),
		"has 1040 bytes and can be written in 1;": refusal[[]struct {
			A byte
			X [129]int64 `flat:"-"`
		}](),
		"embeds time.Time, whose AppendBinary": refusal[embedsTime](),
		"V.v is not exported":                  refusal[struct{ V atomic.Uint32 }](),
	}
}

func TestRefused(t *testing.T) {
	for want, err := range refusals() {
		if !errors.Is(err, flat.ErrType) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// TestRefusedTwice: an error is not remembered as a plan.
func TestRefusedTwice(t *testing.T) {
	type bad struct{ A, B []*int }
	first, second := refusal[bad](), refusal[bad]()
	if first == nil || second == nil || first.Error() != second.Error() {
		t.Errorf("first %v, then %v", first, second)
	}
}

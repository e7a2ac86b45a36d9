package shmarena

import (
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

// Inspection is what an arena looked like at one moment, to somebody who is not
// a member of it. Processes may have been at work in it meanwhile, and whoever
// can write to it can have written anything: it is for people.
type Inspection struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Size    int64     `json:"size"` // bytes that the blocks may have together
	Held    int64     `json:"held"` // bytes that the kernel has memory for, tables included

	// Members are the processes that have the arena attached, and those that died
	// without closing it and have not been swept.
	Members []member.Info `json:"members"`
	// Readers says that some process has the arena attached read-only.
	Readers bool `json:"readers"`
	// Names are the published arrays.
	Names []PublishedName `json:"names"`
	// Locks are the arena's own and those in published arrays of one of the
	// types of package futex. Locks anywhere else show in Waits, if they are
	// contended.
	Locks []LockReport `json:"locks"`
	// Waits are what members sleep on.
	Waits []WaitReport `json:"waits"`
}

// PublishedName is one entry of the arena's directory.
type PublishedName struct {
	Name   string `json:"name"`
	Offset uint64 `json:"offset"`
	Len    uint64 `json:"len"`   // elements
	Type   string `json:"type"`  // of the elements, if it is one of package futex's
	Freed  bool   `json:"freed"` // the name is still there, its array is not
}

// LockReport is one lock.
type LockReport struct {
	Where string `json:"where"` // the published array and the index in it, or which of the arena's own
	futex.State
}

// WaitReport is one thread of a member, asleep.
type WaitReport struct {
	Member futex.ID `json:"member"`
	Offset uint64   `json:"offset"` // of the word in the arena
	Where  string   `json:"where"`  // what lies there, if it is known
	Word   uint32   `json:"word"`   // its value
}

// Found is an arena, or what looks like one by its name, in /dev/shm.
type Found struct {
	Name string
	Seen *Inspection // nil: it cannot be looked at
	Err  error       // why
}

// Alive reports whether any member or reader lives.
func (i *Inspection) Alive() bool {
	if i.Readers {
		return true
	}
	for _, m := range i.Members {
		if m.Alive {
			return true
		}
	}
	return false
}

// Member returns the member that an id names, if it is in the table.
func (i *Inspection) Member(id futex.ID) (member.Info, bool) {
	for _, m := range i.Members {
		if m.ID == id {
			return m, true
		}
	}
	return member.Info{}, false
}

// Owner is the member to name where one is to stand for all: the first that lives,
// or else the first that died in the arena. There is none if everybody closed it.
func (i *Inspection) Owner() (member.Info, bool) {
	for _, m := range i.Members {
		if m.Alive {
			return m, true
		}
	}
	if len(i.Members) == 0 {
		return member.Info{}, false
	}
	return i.Members[0], true
}

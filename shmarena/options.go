package shmarena

import (
	"strings"

	"github.com/shmengine/shmengine/internal/pod"
)

// ErrNotPOD is wrapped by the error for an element type that cannot be shared.
var ErrNotPOD = pod.ErrNotPOD

// Backing says what memory an arena is made of.
type Backing uint8

const (
	// BackingAuto is a file in /dev/shm; for an arena without a name, a memfd
	// where /dev/shm is missing, read-only or too small. [Arena.Notice] says
	// so then.
	BackingAuto Backing = iota
	// BackingShm is a file in /dev/shm, with or without a name.
	BackingShm
	// BackingMemfd is a memfd: no name, not bound by the size of /dev/shm, and
	// sealed, so that no peer can shorten it under the others.
	BackingMemfd
)

func (b Backing) String() string {
	switch b {
	case BackingAuto:
		return "auto"
	case BackingShm:
		return "shm"
	case BackingMemfd:
		return "memfd"
	}
	return "unknown"
}

const (
	defaultMembers = 128
	maxMembers     = 1023
	maxName        = 255 - len(filePrefix)

	// filePrefix begins the name of every arena's file.
	filePrefix = "shmarena-"
)

// Options describe an arena that is to be created.
type Options struct {
	// Name links the arena in /dev/shm as shmarena-NAME, for other programs to
	// open. Without a name it is reachable by descriptor only, and nothing of
	// it can be left behind.
	Name string
	// Size is how many bytes the blocks of the arena may have together. It is
	// rounded up to a multiple of 64 KiB; the tables come on top. Memory is
	// used as blocks are allocated, not before.
	Size int64
	// Backing says what memory is used.
	Backing Backing
	// MaxMembers is how many processes may have the arena attached at once; 0
	// is 128, and 1023 is the most.
	MaxMembers int
	// Keep is how many bytes of freed memory stay reserved for the next blocks,
	// for all processes together. To reserve memory anew costs twenty times as much
	// as to clear it. 0 is an eighth of Size, but at most 64 MiB; KeepNothing has
	// the memory of a large block given back when it is freed. What is kept is
	// given back before anybody is told [ErrNoSpace], and by [Arena.Trim].
	Keep int64
	// Checked has every block end in guard bytes, which Free and [Arena.Verify]
	// look at ([ErrOverrun]), and Close say which blocks that this process
	// allocated nobody has freed ([ErrLeak]). A block of whole spans takes one more.
	Checked bool
}

// KeepNothing is an Options.Keep.
const KeepNothing = -1

// flags are those of the arena's header.
func (o Options) flags() (f uint32) {
	if o.Checked {
		f = flagChecked
	}
	return f
}

// keep is how many bytes may stay reserved.
func (o Options) keep(capacity uint64) uint64 {
	const most = 64 << 20
	switch {
	case o.Keep == 0:
		return min(capacity/8, most)
	case o.Keep < 0:
		return 0
	}
	return min(uint64(o.Keep), capacity)
}

// Validate reports what is wrong with the options, as an [ErrArgument].
func (o Options) Validate() error {
	if o.Name != "" {
		if err := validName(o.Name); err != nil {
			return err
		}
	}
	switch {
	case o.Size <= 0:
		return argument("size %d is not positive", o.Size)
	case o.Size > maxSize:
		return argument("size %d is more than %d", o.Size, int64(maxSize))
	case o.Backing > BackingMemfd:
		return argument("backing %d is none", o.Backing)
	case o.Backing == BackingMemfd && o.Name != "":
		return argument("arena %q: a memfd cannot have a name", o.Name)
	case o.Keep < KeepNothing:
		return argument("Keep %d is neither a number of bytes nor KeepNothing", o.Keep)
	case o.MaxMembers < 0 || o.MaxMembers > maxMembers:
		return argument("MaxMembers %d is not in 0..%d", o.MaxMembers, maxMembers)
	}
	return nil
}

func (o Options) members() int {
	if o.MaxMembers == 0 {
		return defaultMembers
	}
	return o.MaxMembers
}

// validName refuses what cannot be part of a file name.
func validName(name string) error {
	switch {
	case name == "":
		return argument("arena name is empty")
	case len(name) > maxName:
		return argument("arena name of %d bytes is longer than %d", len(name), maxName)
	case name == "." || name == "..":
		return argument("arena name %q", name)
	case strings.ContainsAny(name, "/\x00"):
		return argument("arena name %q holds a slash or a zero byte", name)
	}
	return nil
}

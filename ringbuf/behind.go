package ringbuf

import "github.com/shmengine/shmengine/internal/spin"

// fallBehind lets the other side get ahead, if longRun messages or more came one behind the other
// until there was none, and returns what since is from now on: next.
//
// Who takes one message at a time as fast as they come is right behind who sends them, and mostly
// finds one: both wait for the same few lines, of which each takes from the other what it needs next,
// and the processor fetches more of them ahead of the reader, away from the writer. Each message then
// costs the way of a line from one CPU to the other. Some hundred messages further apart neither
// waits for the other, and lines are fetched ahead. So who has caught up looks away for as long as
// the other side takes for some of them.
//
// It stays so only if longRun messages come in that time: from about 10 M a second on, of which each
// then waits some microseconds more. Who sends less is caught up with, and looked for all the time.
func fallBehind(since, next uint64, lag uint32) uint64 {
	if next-since < longRun {
		return next
	}
	for lag > 0 {
		n := min(lag, 64)
		spin.Pause(n)
		spin.Checkpoint()
		lag -= n
	}
	return next
}

// longRun is how many messages in a row are a stream.
const longRun = 64

// lagOf is how many PAUSE, of 15 to 45 ns, a receiver of a ring of this size falls behind: so few that
// the ring is not full by then.
func lagOf(size uint64) uint32 { return uint32(min(size/4, 256)) }

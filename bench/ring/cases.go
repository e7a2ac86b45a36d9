package ring

import (
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Suite is the name of this suite in reports.
const Suite = "ring"

// Names of the systems, as reports have them.
const (
	SPSC      = "spsc"       // ringbuf.SPSC
	SPSCWait  = "spsc-wait"  // the same, with its own waiting: Push and Pop
	Bytes     = "bytes"      // ringbuf.Bytes: copied in, read in place
	MPMC      = "mpmc"       // ringbuf.MPMC
	Broadcast = "broadcast"  // ringbuf.Broadcast
	Conn      = "conn"       // ringbuf.Conn
	Pipe      = "pipe"       // a pipe each way
	PipeWarm  = "pipe-warm"  // the same, with both processes on one CPU
	Unix      = "unix"       // a pair of Unix stream sockets
	TCP       = "tcp"        // a connection over the loopback
	Channel   = "channel"    // Go channels, between goroutines of one process
	CPingPong = "c-pingpong" // C: one cache line, which is all that has to move
	CIndex    = "c-index"    // C: a ring with cached indices
	CSlot     = "c-slot"     // C: a ring with a stamp in the slot
	CBatch32  = "c-batch32"  // C: c-index, its indices stored every 32 messages
	CInPlace  = "c-inplace"  // C: c-index, read in place
	CVyukov   = "c-vyukov"   // C: Vyukov's queue
)

var systems = []string{
	SPSC, SPSCWait, Bytes, MPMC, Broadcast, Conn, Pipe, PipeWarm, Unix, TCP, Channel,
	CPingPong, CIndex, CSlot, CBatch32, CInPlace, CVyukov,
}

// Systems returns the names of all systems.
func Systems() []string { return slices.Clone(systems) }

// twins are the systems in C.
var twins = []string{CPingPong, CIndex, CSlot, CBatch32, CInPlace, CVyukov}

func isTwin(system string) bool { return slices.Contains(twins, system) }

// Kinds are what a worker can be asked for.
const (
	kindTrip    = "trip"    // a message there and back, one at a time
	kindStream  = "stream"  // messages one way, as fast as they go
	kindBacklog = "backlog" // a full ring is drained
	kindOpen    = "open"    // messages one way, each when a schedule says so
)

// Metrics.
const (
	p50       = "p50_ns"
	p99       = "p99_ns"
	p999      = "p999_ns"
	worst     = "max_ns"
	rateShare = "rate_share" // of the messages a second that were to be sent
	msgsPerS  = "msgs_per_s"
	bytesPerS = "bytes_per_s"
	switches  = "involuntary_switches"
	syscalls  = "syscalls_per_msg"
)

// A contest is one thing that is measured.
type contest struct {
	name      string
	kind      string
	senders   int
	receivers int
	bytes     int      // a slot, or a message
	batch     int      // messages that are handed over at once
	systems   []string // that can do it
	baselines []string // the first of them that takes part is the baseline
	what      string   // one line for people
}

// depth is how many messages of 64 B a ring holds.
const depth = 1024

var (
	overFiles = []string{Pipe, Unix, TCP}
	ofRings   = []string{CIndex, Pipe, SPSC}
	onTime    = []string{SPSC, SPSCWait, Bytes, MPMC, Pipe, Unix, Channel}
)

var contests = []contest{
	{
		"roundtrip/64B", kindTrip, 1, 1, 64, 1,
		[]string{SPSC, SPSCWait, Bytes, MPMC, Pipe, PipeWarm, Unix, TCP, Channel, CPingPong, CIndex, CSlot}, ofRings,
		"one message there and back; both sides awake, or asleep where the system waits in the kernel; slots of 64 B, batch 1",
	},
	{
		"caughtup/64B", kindStream, 1, 1, 64, 1,
		[]string{SPSC, SPSCWait, Bytes, MPMC, Broadcast, Pipe, PipeWarm, Unix, TCP, Channel, CIndex, CSlot, CInPlace}, ofRings,
		"one way, the receiver takes each message as soon as it is there; slots of 64 B, batch 1",
	},
	{
		"backlog/64B", kindBacklog, 1, 1, 64, 1,
		[]string{SPSC, Bytes, MPMC, Broadcast, Pipe, Channel, CIndex, CSlot, CInPlace}, ofRings,
		"1,024 messages are waiting, their receipt is timed; slots of 64 B, batch 1",
	},
	{
		"batch32/64B", kindStream, 1, 1, 64, 32,
		[]string{SPSC, MPMC, Broadcast, CBatch32}, []string{CBatch32, SPSC},
		"one way, caught up, 32 messages are handed over at once; slots of 64 B",
	},
	{
		"stream/4KiB", kindStream, 1, 1, 4 << 10, 1,
		[]string{Bytes, Conn, Pipe, Unix, TCP, CIndex, CInPlace}, []string{CInPlace, Pipe, Bytes},
		"one way, caught up, messages of 4 KiB, batch 1; a ring of 4 MiB",
	},
	{
		"stream/1MiB", kindStream, 1, 1, 1 << 20, 1,
		[]string{Bytes, Conn, Pipe, Unix, TCP, CIndex, CInPlace}, []string{CInPlace, Pipe, Bytes},
		"one way, caught up, messages of 1 MiB, batch 1; a ring of 4 MiB",
	},
	{
		"openloop/64B/100k", kindOpen, 1, 1, 64, 1,
		onTime, []string{Pipe, SPSC},
		"one way, 100,000 a second by a schedule; from when a message was to be sent until it was there; slots of 64 B, batch 1",
	},
	{
		"openloop/64B/1M", kindOpen, 1, 1, 64, 1,
		onTime, []string{Pipe, SPSC},
		"one way, 1,000,000 a second by a schedule; from when a message was to be sent until it was there; slots of 64 B, batch 1",
	},
	{
		"mpmc/1x1/64B", kindStream, 1, 1, 64, 1,
		[]string{MPMC, Channel, CVyukov}, []string{CVyukov, Channel},
		"one sender, one receiver, caught up; slots of 64 B, batch 1",
	},
	{
		"mpmc/2x2/64B", kindStream, 2, 2, 64, 1,
		[]string{MPMC, Channel, CVyukov}, []string{CVyukov, Channel},
		"two senders, two receivers, one of each on each CPU; slots of 64 B, batch 1",
	},
	{
		"broadcast/1x2/64B", kindStream, 1, 2, 64, 1,
		[]string{Broadcast, Channel}, []string{Channel},
		"one publisher, two subscribers, of which one shares its CPU; messages published; slots of 64 B, batch 1",
	},
	{
		"conn/roundtrip/64B", kindTrip, 1, 1, 64, 1,
		append([]string{Conn, PipeWarm}, overFiles...), []string{Unix, Pipe, Conn},
		"64 B there and back through a stream; both sides awake, or asleep where the system waits in the kernel",
	},
	{
		"conn/stream/64KiB", kindStream, 1, 1, 64 << 10, 1,
		append([]string{Conn}, overFiles...), []string{Unix, Pipe, Conn},
		"one way through a stream, caught up, 64 KiB a write",
	},
}

// parties is how many processes take part.
func (c contest) parties() int { return c.senders + c.receivers }

// isBroadcast reports whether each message goes to every receiver.
func (c contest) isBroadcast() bool { return c.senders < c.receivers }

// baseline returns the system that the others are compared with; "" if there is none.
func (c contest) baseline() string {
	return suite.First(c.baselines, c.systems)
}

// metrics returns what is measured, that by which systems are compared first.
func (c contest) metrics() []string {
	switch {
	case c.kind == kindOpen:
		return []string{p50, p99, p999, worst, rateShare, msgsPerS, switches}
	case c.kind == kindTrip:
		return []string{p50, p99, msgsPerS, bytesPerS, switches}
	case c.bytes > 64:
		return []string{bytesPerS, msgsPerS, switches}
	}
	return []string{msgsPerS, bytesPerS, switches}
}

// unfit says why a system that is not in a contest's list has no part in it.
func (c contest) unfit(system string) string {
	switch {
	case c.parties() > 2:
		return "carries no messages from or to several"
	case c.kind == kindOpen:
		return "sends nothing by a schedule here"
	case c.kind == kindBacklog && (system == Unix || system == TCP):
		return "its buffers are the kernel's, and may hold fewer than 1,024 messages"
	case c.bytes > 64:
		return "has no messages of this length here"
	case c.batch > 1:
		return "hands over no batches here"
	}
	return "measured in another case"
}

// Cases returns the names of all cases.
func Cases() (names []string) {
	for _, c := range contests {
		names = append(names, c.name)
	}
	return names
}

// chosen returns the contests whose names match a pattern, with the systems that are in a
// list; an empty one is all. A name's part before the first or the last slash stands for all of it.
func chosen(pattern string, only []string) (list []contest) {
	for _, c := range contests {
		c.systems = suite.Narrow(c.systems, only)
		if report.Matches(pattern, c.name) && len(c.systems) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// unitOf returns a metric's unit.
func unitOf(metric string) string {
	return map[string]string{p50: "ns", p99: "ns", p999: "ns", worst: "ns", rateShare: "share", msgsPerS: "msgs/s", bytesPerS: "B/s", switches: "switches", syscalls: "calls/msg"}[metric]
}

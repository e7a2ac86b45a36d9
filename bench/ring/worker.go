package ring

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/shmarena"
)

// workerEnv says, in a child, that it is a worker, and of which crew.
const workerEnv = "SHMBENCH_RING_WORKER"

// Init turns this process into a worker if Run started it as one: then it does not return.
// Call it at the start of main, behind engine.Init.
func Init() { worker.Main(workerEnv, work) }

// Files that a worker gets; the streams only in the crew of pairs.
const (
	fileArena = worker.Files + iota
	filePipeIn
	filePipeOut
	fileUnix
	fileTCP
)

// Names of what lies in the arena.
const (
	nameBoard = "board"
	nameRings = "rings"
)

// A hand is a worker in Go.
type hand struct {
	streams
	arena   *shmarena.Arena
	board   *board
	mem     []byte // where the rings are
	clock   clock.Clock
	console worker.Console
}

// work is the main function of a worker. The collector is off, as in the engine's workers: no
// loop allocates.
func work(crew string) error {
	debug.SetGCPercent(-1)
	console, err := worker.Open()
	if err != nil {
		return err
	}
	h := &hand{clock: clock.New(), console: console}
	if err := h.openArena(); err != nil {
		return err
	}
	if crew == crewPairs {
		if err := h.openStreams(); err != nil {
			return err
		}
	}
	return console.Serve(h.obey)
}

func (h *hand) openArena() error {
	f, err := process.Inherited(fileArena, "arena")
	if err != nil {
		return err
	}
	if h.arena, err = shmarena.FromFD(f.Fd()); err != nil {
		return err
	}
	b, err := shmarena.Lookup[board](h.arena, nameBoard)
	if err != nil {
		return err
	}
	m, err := shmarena.Lookup[byte](h.arena, nameRings)
	if err != nil {
		return err
	}
	h.board, h.mem = &b.Slice()[0], m.Slice()
	return nil
}

func (h *hand) openStreams() (err error) {
	for i, to := range map[int]**os.File{filePipeIn: &h.pipeIn, filePipeOut: &h.pipeOut, fileUnix: &h.unix, fileTCP: &h.tcp} {
		if *to, err = process.Inherited(i, "stream"); err != nil {
			return err
		}
	}
	return nil
}

// A job is one line "run".
type job struct {
	kind      string
	system    string
	index     int
	senders   int
	receivers int
	cpus      string // such as 0 or 0,1
	bytes     int
	batch     int
	where     string // a connection of ours is made
	rate      uint64 // of an open loop
	plan      plan
	limit     uint64
	crowd     bool
	chans     []chan message
}

func (j *job) parties() int { return j.senders + j.receivers }

// isSender reports whether a party only sends: the first, or every second of four.
func (j *job) isSender() bool { return j.index == 0 || j.senders == 2 && j.index%2 == 0 }

// rig is what a link of this job begins with.
func (j *job) rig(h *hand) rig {
	r := rig{waiter: waiter{clock: &h.clock, limit: j.limit, crowd: j.crowd}}
	r.some = j.receivers > 1 && j.senders > 1
	return r
}

func (j *job) batches(push, pop func([]message) (int, error)) batches {
	if j.batch == 1 {
		return batches{}
	}
	return batches{push, pop, make([]message, j.batch)}
}

func parseJob(text string) (*job, error) {
	j := &job{}
	n, err := fmt.Sscanf(text, "run %s %s %d %d %d %s %d %d %s %d",
		&j.kind, &j.system, &j.index, &j.senders, &j.receivers, &j.cpus, &j.bytes, &j.batch, &j.where, &j.rate)
	if n < 9 { // without the rate, which is an open loop's
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	fits := j.senders >= 1 && j.receivers >= j.senders && j.receivers <= maxReceivers && j.index >= 0 && j.index < j.parties()
	if !fits || j.bytes < line || j.bytes%line != 0 || j.bytes > streamRing/4 || j.batch < 1 || chunkOf(j.bytes)%j.batch != 0 {
		return nil, fmt.Errorf("party %d of %d and %d, messages of %d bytes, %d at once", j.index, j.senders, j.receivers, j.bytes, j.batch)
	}
	if !slices.Contains([]string{kindTrip, kindStream, kindBacklog, kindOpen}, j.kind) {
		return nil, fmt.Errorf("no such kind: %q", j.kind)
	}
	return j, nil
}

// maxReceivers is how many receivers a case has at most.
const maxReceivers = 2

// obey takes part in one measurement and returns what came of it.
func (h *hand) obey(text string) (string, error) {
	j, err := parseJob(text)
	if err != nil {
		return "", err
	}
	if err := machine.PinTo(j.cpus); err != nil {
		return "", err
	}
	if j.index == 0 {
		h.board.reset()
	}
	j.crowd = j.parties() > 2
	if j.system == Channel {
		return h.together(j)
	}
	k, err := h.open(j)
	if err != nil {
		return "", err
	}
	begin, err := h.begin(j)
	if err != nil {
		return "", err
	}
	return h.measure(j, k, begin)
}

// begin says that this worker is ready, and hears when the window is.
func (h *hand) begin(j *job) (begin uint64, err error) {
	begin, j.limit, err = h.console.Window()
	if j.kind == kindOpen {
		window := j.limit - begin
		j.plan, j.limit = planOf(begin, window, j.rate), begin+stretch*window
	}
	return begin, err
}

// open makes a party's link.
func (h *hand) open(j *job) (link, error) {
	switch j.system {
	case SPSC, SPSCWait:
		return h.newSPSC(j)
	case Bytes:
		return h.newBytes(j)
	case MPMC:
		return h.newMPMC(j)
	case Broadcast:
		return h.newBroadcast(j)
	case Conn:
		return h.newConn(j)
	case Channel:
		return h.newChannel(j), nil
	}
	return h.openStream(j)
}

func (h *hand) openStream(j *job) (link, error) {
	switch {
	case h.pipeIn == nil:
		return nil, errors.New("this worker has no streams")
	case j.system == Pipe, j.system == PipeWarm:
		return h.newStream(j, h.pipeIn, h.pipeOut), nil
	case j.system == Unix:
		return h.newStream(j, h.unix, h.unix), nil
	case j.system == TCP:
		return h.newStream(j, h.tcp, h.tcp), nil
	}
	return nil, fmt.Errorf("no such system: %q", j.system)
}

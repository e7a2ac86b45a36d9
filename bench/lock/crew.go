package lock

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

// A crew is the workers of one program, and their board.
type crew struct {
	file    *os.File // of the board
	mem     []byte
	board   *board
	command process.Command
	files   []*os.File // that each worker gets: the board, and what else it needs
	members []*worker.Talker
	single  bool // one process is all parties
	seq     uint32
}

// newCrew starts n workers.
func newCrew(n int, c process.Command, files ...*os.File) (_ *crew, err error) {
	k := &crew{command: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, k.close())
		}
	}()
	if k.file, err = newBoardFile(); err != nil {
		return nil, err
	}
	if k.mem, err = mapBoard(k.file); err != nil {
		return nil, err
	}
	k.board = viewBoard(k.mem)
	k.files = append([]*os.File{k.file}, files...)
	for range n {
		m, err := k.start()
		if err != nil {
			return nil, err
		}
		k.members = append(k.members, m)
	}
	return k, nil
}

// start starts one more worker.
func (k *crew) start() (*worker.Talker, error) {
	w, err := worker.Start(k.command, k.files...)
	if err != nil {
		return nil, err
	}
	return worker.NewTalker(w), nil
}

func (k *crew) pids() (list []int) {
	for _, m := range k.members {
		list = append(list, m.Child.PID())
	}
	return list
}

// close ends all workers.
func (k *crew) close() error {
	var all []*worker.Worker
	for _, m := range k.members {
		all = append(all, m.Worker)
	}
	err := worker.Close(all)
	if k.mem != nil {
		err = errors.Join(err, unmapBoard(k.mem))
	}
	if k.file != nil {
		err = errors.Join(err, k.file.Close())
	}
	return err
}

// calibrate has every worker find out how many turns of think the think time
// has, and returns the most: that of the worker which was disturbed least.
func (k *crew) calibrate(ctx context.Context, cpu int) (turns uint64, err error) {
	for _, m := range k.members {
		rest, err := m.Ask(ctx, "turns", "calibrate %d %d", thinkTime.Nanoseconds(), cpu)
		if err != nil {
			return 0, err
		}
		var n uint64
		if _, err := fmt.Sscan(rest, &n); err != nil || n == 0 {
			return 0, fmt.Errorf("worker process %v: %q turns", m.Child, rest)
		}
		turns = max(turns, n)
	}
	return turns, nil
}

// think tells every worker how many turns it has to think.
func (k *crew) think(ctx context.Context, turns uint64) error {
	for _, m := range k.members {
		if _, err := m.Ask(ctx, "ok", "think %d", turns); err != nil {
			return err
		}
	}
	return nil
}

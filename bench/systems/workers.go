package systems

import (
	"errors"

	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

// startWorkers starts n workers of one kind: this program again, see Init. On
// error none is left.
func startWorkers(kind string, n int, env ...string) ([]*worker.Worker, error) {
	var ws []*worker.Worker
	for range n {
		w, err := worker.Start(process.Command{Env: append(env, workerEnv+"="+kind), Lifeline: true})
		if err != nil {
			return nil, errors.Join(err, worker.Close(ws))
		}
		ws = append(ws, w)
	}
	return ws, nil
}

// Package engine runs kernels over shared arrays in worker processes.
//
// A coordinator (the process that calls [Start]) owns an arena of shared memory
// and a pool of workers, processes of the same program. A job is one descriptor
// that says which kernel to run over which arrays; the workers claim its partitions
// from a ledger in shared memory, and the data is neither copied nor sent. A worker
// that dies costs its partition, which is offered again where that is safe; the pool never breaks.
//
//	func main() {
//		engine.Init() // becomes a worker here if a coordinator started this process
//		e, err := engine.Start(ctx, engine.Config{Workers: 8})
//		...
//		defer e.Close()
//		x, err := shmarena.CopyIn(e.Arena(), data)
//		total, err := sumSquares.Run(ctx, e, x)
//	}
//
//	var sumSquares = engine.NewReducer("sumsquares", 0.0,
//		func(t *engine.Task, part []float64) (float64, error) { return kernels.Dot(part, part), nil },
//		func(a, b float64) float64 { return a + b })
//
// # What a kernel sees
//
// A kernel runs in another process. Package variables have the values they had
// when that process started: whatever main did after Init is not there. All
// that a kernel knows comes through its arguments, which are plain values:
// numbers, arrays and structs of these, and columns of shared arrays ([In],
// [Out], [InOut]). Kernels are defined once, in package variables, so that
// every process of the program knows them by name.
//
// A kernel is called once for each leaf, a run of [LeafRows] rows anchored at
// row 0, whatever the number of workers; partial results are merged in a fixed
// binary tree. So a result has the same bits for any number of workers and in
// either [Mode], on one dispatch level of the kernels package.
//
// Each call of a [Func] is a task: [Func.Submit] gives a [Future].
//
// # Who may call what
//
// An [Engine] may be used by many goroutines at once; each Run is one job.
// Results in the arena belong to the caller, who frees them. Arguments are copied when
// Run begins; the arrays that they name must not be freed before it returns. After that
// no worker touches them; the one exception is [ErrQuarantined].
//
// # What death does
//
// A worker's death is noticed through its pidfd. Only then is its partition offered
// again, and only if the kernel may run twice: outputs of a [Mapper] or [Reducer] are
// fresh memory, a kernel's [InOut] partitions are saved before it runs and restored
// before a retry, and [NoRetry] kernels are not retried: a [*WorkerError] says which rows are dirty.
// Rows that kill again and again are named by a [*PoisonedError], and the others done.
// [Func.Isolated] gives each call a process of its own, for code that may crash.
// A partition past [Config.PartitionTimeout] is revoked by SIGKILL, seen dead, then retried.
// If the coordinator dies its workers end with it; an arena that has no name is gone then.
//
// # What it does not do
//
// Go cannot fork, so a worker does not inherit the coordinator's memory. A
// kernel with a bug can write anywhere in the data arena. Where isolation does
// not matter goroutines are the better choice: see [Goroutines].
package engine

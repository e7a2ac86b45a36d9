package prometheus

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/shmengine/shmengine/engine"
)

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

func seconds(d time.Duration) float64 { return d.Seconds() }

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// engineMetrics are of the engine as a whole. What its workers count is theirs: sums are
// the query's business.
var engineMetrics = []row[engine.Snapshot]{
	{"start_time_seconds", "When the engine was started, in seconds since 1970.", gauge, func(s *engine.Snapshot) float64 { return float64(s.Started.UnixNano()) / 1e9 }},
	{"workers", "Workers that the engine has.", gauge, func(s *engine.Snapshot) float64 { return float64(len(s.Workers)) }},
	{"jobs_total", "Runs of kernels begun.", counter, func(s *engine.Snapshot) float64 { return float64(s.Jobs) }},
	{"retries_total", "Partitions and tasks offered again after their worker died.", counter, func(s *engine.Snapshot) float64 { return float64(s.Retries) }},
	{"worker_deaths_total", "Workers that died.", counter, func(s *engine.Snapshot) float64 { return float64(s.Deaths) }},
	{"worker_restarts_total", "Workers started in the place of dead ones.", counter, func(s *engine.Snapshot) float64 { return float64(s.Restarts) }},
	{"copied_bytes_total", "Bytes copied by Mapper.Slices into and out of the arena.", counter, func(s *engine.Snapshot) float64 { return float64(s.Copied) }},
}

// workerMetrics are what a worker counts.
var workerMetrics = []row[engine.WorkerStats]{
	{"worker_partitions_total", "Partitions of jobs done.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Partitions) }},
	{"worker_tasks_total", "Tasks done.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Tasks) }},
	{"worker_rows_total", "Rows of the partitions done.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Rows) }},
	{"worker_bytes_total", "Bytes of columns in those rows, and of arguments and results of tasks.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Bytes) }},
	{"worker_redone_total", "Partitions and tasks begun again that were another worker's, who died.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Retries) }},
	{"worker_failures_total", "Partitions and tasks that ended in an error or a panic.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Failures) }},
	{"worker_waits_total", "Times that there was nothing to do, for more than a moment.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Waits) }},
	{"worker_parks_total", "Waits that lasted longer than a worker spins.", counter, func(w *engine.WorkerStats) float64 { return float64(w.Parks) }},
	{"worker_spun_seconds_total", "Time of waits, as long as a worker spins or yields.", counter, func(w *engine.WorkerStats) float64 { return seconds(w.Spun) }},
	{"worker_parked_seconds_total", "Time of waits after that; counted when the wait ends.", counter, func(w *engine.WorkerStats) float64 { return seconds(w.Parked) }},
	{"worker_running", "1 if the worker was in a partition or task.", gauge, func(w *engine.WorkerStats) float64 { return truth(w.State == engine.WorkerRunning) }},
	{"worker_alive", "1 if the worker has a process, or is a goroutine.", gauge, func(w *engine.WorkerStats) float64 { return truth(w.State != engine.WorkerGone) }},
}

// usageMetrics are what the kernel counts for a process: a number of a worker, or
// "coordinator". They begin anew with a worker's process.
func usageMetrics(pss bool) []row[engine.Usage] {
	rows := []row[engine.Usage]{
		{"process_cpu_user_seconds_total", "CPU time in user mode.", counter, func(u *engine.Usage) float64 { return seconds(u.User) }},
		{"process_cpu_system_seconds_total", "CPU time in the kernel.", counter, func(u *engine.Usage) float64 { return seconds(u.System) }},
		{"process_minor_faults_total", "Pages given without a disk.", counter, func(u *engine.Usage) float64 { return float64(u.MinorFaults) }},
		{"process_major_faults_total", "Pages that were waited for.", counter, func(u *engine.Usage) float64 { return float64(u.MajorFaults) }},
		// Not counters: what ended threads had is lost, so they can go back.
		{"process_voluntary_switches", "Context switches of the live threads because one waited.", gauge, func(u *engine.Usage) float64 { return float64(u.Voluntary) }},
		{"process_involuntary_switches", "Context switches of the live threads because its time was over.", gauge, func(u *engine.Usage) float64 { return float64(u.Involuntary) }},
		{"process_run_delay_seconds", "Time that the live threads could have run and had no CPU.", gauge, func(u *engine.Usage) float64 { return seconds(u.Delay) }},
		{"process_threads", "Threads.", gauge, func(u *engine.Usage) float64 { return float64(u.Threads) }},
		{"process_virtual_memory_bytes", "Address space.", gauge, func(u *engine.Usage) float64 { return float64(u.VSZ) }},
		{"process_resident_memory_bytes", "In memory; shared pages count in each process.", gauge, func(u *engine.Usage) float64 { return float64(u.RSS) }},
		{"process_private_memory_bytes", "In memory and in no file.", gauge, func(u *engine.Usage) float64 { return float64(u.Private) }},
	}
	if pss {
		rows = append(rows, row[engine.Usage]{"process_proportional_memory_bytes", "In memory, shared pages divided by who shares them.", gauge,
			func(u *engine.Usage) float64 { return float64(u.PSS) }})
	}
	return rows
}

package lint

// layer says what the packages of a pattern may import in files that are not
// tests. A pattern is a folder, or with "/..." a folder and all below it; the
// longest one that fits a package counts.
type layer struct {
	of     string
	ours   []string // patterns of this module's packages
	theirs []string // prefixes of other modules' packages
}

const (
	sys         = "golang.org/x/sys"
	mmap        = "github.com/edsrzf/mmap-go"
	cpuid       = "github.com/klauspost/cpuid/v2"
	gonum       = "gonum.org/v1/gonum"
	parquet     = "github.com/parquet-go/parquet-go"
	perf        = "golang.org/x/perf"
	cobra       = "github.com/spf13/cobra"
	pflag       = "github.com/spf13/pflag"
	term        = "golang.org/x/term"
	progressbar = "github.com/schollz/progressbar/v3"
	procfs      = "github.com/prometheus/procfs"
	hdr         = "github.com/HdrHistogram/hdrhistogram-go"
)

// public are the packages that a program outside this module can use.
var public = []string{"futex", "ringbuf", "shmarena", "kernels", "engine/..."}

// layers is the order of packages, from the bottom up.
var layers = []layer{
	{of: "."},
	{of: "internal/...", ours: []string{"internal/..."}, theirs: []string{sys}},
	{of: "internal/member", ours: []string{"futex", "internal/..."}, theirs: []string{sys}},
	{of: "futex", ours: []string{"internal/..."}, theirs: []string{sys}},
	{of: "ringbuf", ours: []string{"futex", "internal/..."}, theirs: []string{sys}},
	{of: "shmarena", ours: []string{"futex", "internal/..."}, theirs: []string{sys, mmap}},
	{of: "kernels", ours: []string{"internal/..."}, theirs: []string{cpuid}},
	{of: "kernels/blas", ours: []string{"kernels"}, theirs: []string{gonum}},
	{of: "engine/process", ours: []string{"futex", "internal/..."}, theirs: []string{sys}},
	{of: "engine/limits", ours: []string{"internal/..."}, theirs: []string{sys}},
	{
		of:     "engine",
		ours:   []string{"engine/process", "engine/limits", "shmarena", "ringbuf", "futex", "kernels", "internal/..."},
		theirs: []string{sys},
	},
	{of: "engine/queue", ours: []string{"shmarena", "ringbuf", "futex", "internal/..."}},
	{of: "engine/ops", ours: []string{"engine", "shmarena", "kernels", "internal/..."}},
	{of: "engine/frame", ours: []string{"engine/ops", "engine", "shmarena", "kernels", "internal/..."}, theirs: []string{parquet}},
	{of: "engine/gonumview", ours: []string{"shmarena", "internal/..."}, theirs: []string{gonum}},
	{
		of:     "bench/...",
		ours:   append([]string{"bench/..."}, public...),
		theirs: []string{sys, gonum, parquet, perf},
	},
	{of: "bench/mem", ours: append([]string{"bench/..."}, public...), theirs: []string{sys, procfs}},
	{ // it says how long package futex spins
		of:     "bench/lock",
		ours:   append([]string{"bench/...", "internal/spin"}, public...),
		theirs: []string{sys, perf, hdr},
	},
	{ // it waits for rings as they do themselves
		of:     "bench/ring",
		ours:   append([]string{"bench/...", "internal/spin"}, public...),
		theirs: []string{sys, perf, hdr},
	},
	{
		of:     "cmd/...",
		ours:   append([]string{"bench/...", "cmd/..."}, public...),
		theirs: []string{sys, term, cobra, pflag, progressbar, perf},
	},
	{of: "examples/...", ours: public, theirs: []string{gonum}},
}

// forTests are packages that only tests import, and one another.
var forTests = []string{
	"internal/testmem", "internal/reexec", "internal/leaktest", "internal/stepkill", "internal/lint",
}

// testTheirs are other modules' packages that any test may import.
var testTheirs = []string{
	sys, gonum, parquet,
	"github.com/google/go-cmp",
	"pgregory.net/rapid",
	"go.uber.org/goleak",
	"github.com/rogpeppe/go-internal",
	"github.com/anishathalye/porcupine",
	"golang.org/x/net",
}

// budget are the modules that a minimal embedding program may require.
var budget = []string{sys, mmap, cpuid, gonum}

// vague are names that say nothing about a package.
var vague = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "lib"}

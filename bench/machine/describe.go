package machine

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/shmengine/shmengine/kernels"
)

// Facts are what a figure has to be read with.
type Facts struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"` // that this process may use
	OS         string `json:"os"`    // GOOS/GOARCH
	Kernel     string `json:"kernel"`
	Go         string `json:"go"`
	Commit     string `json:"commit"` // "" if not known, with "+" if files were changed
	GOMAXPROCS int    `json:"gomaxprocs"`
	Shm        int64  `json:"dev_shm_bytes"` // size of /dev/shm, 0 if there is none
	RAM        int64  `json:"ram_bytes"`
	Dispatch   string `json:"dispatch"` // the kernels' instruction set
}

// Describe returns the facts of this machine and this program.
func Describe() Facts {
	return Facts{
		CPU: cpuModel(), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH,
		Kernel: kernelRelease(), Go: runtime.Version(), Commit: commit(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		Shm: shmSize(), RAM: totalRAM(), Dispatch: kernels.Level(),
	}
}

// String gives the facts on one line.
func (f Facts) String() string {
	or := func(s, none string) string {
		if s == "" {
			return none
		}
		return s
	}
	shm := "none"
	if f.Shm > 0 {
		shm = FormatSize(f.Shm)
	}
	return fmt.Sprintf("%s, %d cores, %s RAM, %s %s, %s, commit %s, GOMAXPROCS %d, /dev/shm %s, kernels %s",
		or(f.CPU, "unknown CPU"), f.Cores, FormatSize(f.RAM), f.OS, or(f.Kernel, "unknown kernel"), f.Go,
		or(f.Commit, "unknown"), f.GOMAXPROCS, shm, f.Dispatch)
}

// commit returns the revision that the program was built from: as the build
// recorded it, or, for "go run", of the work tree that the source lies in.
func commit() string {
	var revision, changed string
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = "+"
			}
		}
	}
	if revision == "" {
		revision, changed = workTree()
	}
	return revision[:min(len(revision), 12)] + changed
}

func workTree() (revision, changed string) {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return "", ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	git := func(args ...string) string {
		out, _ := exec.CommandContext(ctx, "git", append([]string{"-C", filepath.Dir(file)}, args...)...).Output()
		return strings.TrimSpace(string(out))
	}
	revision = git("rev-parse", "HEAD")
	if revision != "" && git("status", "--porcelain", "--untracked-files=no") != "" {
		changed = "+"
	}
	return revision, changed
}

package twin

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/shmengine/shmengine/engine/process"
)

// CompileGo compiles a program of this module, which is named by its folder below the
// module's: "bench/proc/child". It is linked with Go alone, without the C library. The
// module's source must be where this program was compiled from.
func CompileGo(ctx context.Context, folder string) (*Program, error) {
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	module, err := source()
	if err != nil {
		return nil, err
	}
	return build(func(dir, exe string) error {
		return compile(ctx, process.Command{
			Path: tool, Args: []string{"build", "-o", exe, "./" + folder}, Dir: module,
			Env: []string{"CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off"},
		}, dir)
	})
}

// source returns the folder of this module's source.
func source() (string, error) {
	_, file, _, _ := runtime.Caller(0) // module/bench/twin/gotwin.go
	module := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	if _, err := os.Stat(filepath.Join(module, "go.mod")); err != nil {
		return "", fmt.Errorf("%w: the source of this module is not there: %w", ErrNone, err)
	}
	return module, nil
}

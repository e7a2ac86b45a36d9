package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// fullEnv makes this program one that has a /dev/shm of its own, and fills it.
const fullEnv = "SHMBENCH_CHAOS_FULL"

const (
	fullSize  = 8 << 20
	noMounts  = 4 // exit code: no file system may be mounted here
	fullWrong = 1
)

// Init becomes the process with a /dev/shm of its own, if this is to be one. Call it behind
// engine.Init.
func Init() {
	if os.Getenv(fullEnv) == "" {
		return
	}
	_ = os.Unsetenv(fullEnv)
	if err := mountOwn(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(noMounts)
	}
	if err := fill(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(fullWrong)
	}
	os.Exit(0)
}

// fullShm has a child do it, in a mount namespace of its own.
func (r *run) fullShm(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Env = append(os.Environ(), fullEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	said := strings.TrimSpace(string(out))
	var exit *exec.ExitError
	switch {
	case err == nil:
		r.spaces.Add(2)
		return "filled: ErrNoSpace from the arena and from Start, no SIGBUS, and right again with room", nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, unix.EPERM), errors.As(err, &exit) && exit.ExitCode() == noMounts:
		return "not tried: no file system may be mounted here (" + strings.TrimSpace(said+" "+err.Error()) + ")", nil
	}
	r.note(noMemory, 0, verdict(fmt.Sprintf("a full /dev/shm: %v: %s", err, said)))
	return "filled, and it went wrong", nil
}

// mountOwn mounts a small tmpfs where the others' is, for this process only.
func mountOwn() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return os.NewSyscallError("mount /", err)
	}
	err := unix.Mount("chaos", "/dev/shm", "tmpfs", 0, fmt.Sprintf("size=%d", fullSize))
	return os.NewSyscallError("mount /dev/shm", err)
}

// fill starts an engine in /dev/shm, fills what is left of it, and looks at what follows.
func fill(ctx context.Context) (err error) {
	e, err := engine.Start(ctx, engine.Config{Workers: 1, ArenaSize: fullSize / 2, Backing: shmarena.BackingShm})
	if err != nil {
		return fmt.Errorf("start in a /dev/shm with room: %w", err)
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	plain := make([]uint64, engine.LeafRows)
	for i := range plain {
		plain[i] = mix(uint64(i))
	}
	x, err := shmarena.CopyIn(e.Arena(), plain)
	if err != nil {
		return err
	}
	b, err := shmarena.Alloc[uint64](e.Arena(), triesFrom)
	if err != nil {
		return err
	}
	o := orders{Board: b, Key: 1}
	if err := fillUp("/dev/shm/filler"); err != nil {
		return err
	}
	if err := full(ctx, e, x, o); err != nil {
		return err
	}
	if err := os.Remove("/dev/shm/filler"); err != nil {
		return err
	}
	if v, err := fits(ctx, e, x, plain, o); v != "" || err != nil {
		return fmt.Errorf("with room again: %s %w", v, err)
	}
	return nil
}

// full looks for ErrNoSpace wherever memory is asked for.
func full(ctx context.Context, e *engine.Engine, x shmarena.Array[uint64], o orders) error {
	if _, err := mapper.Run(ctx, e, x, o); !errors.Is(err, shmarena.ErrNoSpace) {
		return fmt.Errorf("a map in a full /dev/shm: %w, not ErrNoSpace", err)
	}
	other, err := engine.Start(ctx, engine.Config{Workers: 1, ArenaSize: fullSize / 2, Backing: shmarena.BackingShm})
	if err == nil {
		return errors.Join(errors.New("an engine started in a full /dev/shm"), other.Close())
	}
	if !errors.Is(err, shmarena.ErrNoSpace) {
		return fmt.Errorf("start in a full /dev/shm: %w, not ErrNoSpace", err)
	}
	return nil
}

// fillUp writes a file until there is no room.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if errors.Is(err, unix.ENOSPC) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

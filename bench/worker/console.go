package worker

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/shmengine/shmengine/engine/process"
)

// Main turns this process into a worker if an environment variable says that it was
// started as one, and then does not return: work gets the variable's value.
func Main(env string, work func(kind string) error) {
	kind, ok := os.LookupEnv(env)
	if !ok {
		return
	}
	os.Unsetenv(env)
	if err := work(kind); err != nil {
		fmt.Fprintf(os.Stderr, "shmbench: %s worker: %v\n", kind, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A Console is a worker's side of a [Talker].
type Console struct {
	lines *bufio.Scanner
	out   io.Writer
}

// Files is how many descriptors of a worker its console takes: files of its own come
// behind them, see process.Inherited.
const Files = 2

// Open opens the console of this worker, who from now on ends with its parent.
func Open() (Console, error) {
	if err := process.EndWithParent(); err != nil {
		return Console{}, err
	}
	in, err := process.Inherited(0, "pipe")
	if err != nil {
		return Console{}, err
	}
	out, err := process.Inherited(1, "pipe")
	if err != nil {
		return Console{}, err
	}
	return Console{bufio.NewScanner(in), out}, nil
}

// Serve answers each line, an error by one that begins with "error", until the one
// who started this worker has closed the pipe.
func (c Console) Serve(obey func(line string) (reply string, err error)) error {
	for c.lines.Scan() {
		reply, err := obey(c.lines.Text())
		if err != nil {
			reply = "error " + strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if err := c.Say(reply); err != nil {
			return err
		}
	}
	return c.lines.Err()
}

// Say sends a line.
func (c Console) Say(line string) error {
	_, err := fmt.Fprintln(c.out, line)
	return err
}

// Window says that this worker is ready, and hears when the window is in which all
// of them measure, on the monotonic clock.
func (c Console) Window() (begin, limit uint64, err error) {
	if err := c.Say("ready"); err != nil {
		return 0, 0, err
	}
	if !c.lines.Scan() {
		return 0, 0, io.ErrUnexpectedEOF
	}
	if _, err := fmt.Sscanf(c.lines.Text(), "go %d %d", &begin, &limit); err != nil {
		return 0, 0, fmt.Errorf("%q: %w", c.lines.Text(), err)
	}
	return begin, limit, nil
}

package limits

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
)

// What a process is told by its environment. The variables are removed by Finish.
const (
	wantEnv = "SHMENGINE_LIMITS"      // Limits, as JSON
	doneEnv = "SHMENGINE_LIMITS_DONE" // the items of Enter, as JSON: this is the program that it went on as
)

// Env is the environment variable by which a child, that calls Enter and Finish, is told
// of its limits.
func (l Limits) Env() string {
	text, err := json.Marshal(l)
	if err != nil { // it holds nothing that JSON has no form for
		panic("limits: cannot be written: " + err.Error())
	}
	return wantEnv + "=" + string(text)
}

// ErrStrict is wrapped by the error of a bound that is not to be had, where Limits.Strict
// says that it must be.
var ErrStrict = errors.New("limits: not to be had")

// Enter takes upon this process what holds for single threads, and goes on as the same
// program anew; then it does not return. It returns where there is nothing of that kind to
// do, or where it was done. Descriptors that are not close-on-exec, arguments and
// environment stay as they are; files are arenas that the worker must be able to open anew,
// for reading only if they are open for that.
//
// Preconditions:
//   - the process has started nothing: whatever runs ends here.
func Enter(files ...uintptr) error {
	l, ok, err := wanted()
	if err != nil || !ok {
		return err
	}
	if _, done := os.LookupEnv(doneEnv); done || !l.forThreads() {
		return nil
	}
	return goOn(func() error {
		items := l.enter(files)
		if err := l.strict(items); err != nil {
			return err
		}
		text, err := json.Marshal(items)
		if err != nil {
			return err
		}
		return os.Setenv(doneEnv, string(text))
	})
}

// Finish takes upon this process what holds for whole processes, and returns what was
// done, by Enter too. It is nil where nothing was wanted.
func Finish() (items []Item, err error) {
	l, ok, err := wanted()
	if err != nil || !ok {
		return nil, err
	}
	if text, done := os.LookupEnv(doneEnv); done {
		if err := json.Unmarshal([]byte(text), &items); err != nil {
			return nil, fmt.Errorf("limits: %s: %w", doneEnv, err)
		}
	}
	for _, name := range []string{wantEnv, doneEnv} {
		if err := os.Unsetenv(name); err != nil {
			return nil, err
		}
	}
	items = append(items, l.finish()...)
	return items, l.strict(items)
}

// wanted reads what the environment says.
func wanted() (l Limits, ok bool, err error) {
	text, ok := os.LookupEnv(wantEnv)
	if !ok {
		return l, false, nil
	}
	if err = json.Unmarshal([]byte(text), &l); err == nil {
		err = l.Validate()
	}
	if err != nil {
		err = fmt.Errorf("limits: %s: %w", wantEnv, err)
	}
	return l, true, err
}

// forThreads reports whether anything holds for single threads.
func (l *Limits) forThreads() bool {
	return len(l.cpus()) > 0 || l.Nice != 0 || l.Files.NoWrites || l.Files.NoReads || l.Cgroup.Parent != ""
}

// strict is an error for the first item that could not be had.
func (l *Limits) strict(items []Item) error {
	if !l.Strict {
		return nil
	}
	if i := slices.IndexFunc(items, func(i Item) bool { return !i.Applied }); i >= 0 {
		return fmt.Errorf("%w: %s", ErrStrict, items[i])
	}
	return nil
}

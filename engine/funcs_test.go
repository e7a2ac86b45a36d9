package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// The functions of the tests. Workers are this test binary, so they know them.

var squareFunc = NewFunc("test/square", func(_ context.Context, x int) (int, error) { return x * x, nil }, Idempotent)

type order struct {
	Name  string
	Parts []string
	Price float64
	Tags  []struct{ Key, Value string }
}

var orderFunc = NewFunc("test/order", func(_ context.Context, o order) (order, error) {
	o.Name = strings.ToUpper(o.Name)
	o.Parts = append(o.Parts, "last")
	o.Price *= 2
	return o, nil
})

// repeatFunc makes a result that is larger than its argument.
var repeatFunc = NewFunc("test/repeat", func(_ context.Context, n int) (string, error) { return strings.Repeat("x", n), nil }, Idempotent)

var lengthFunc = NewFunc("test/length", func(_ context.Context, b []byte) (int, error) { return len(b), nil }, Idempotent)

var pidFunc = NewFunc("test/pid", func(context.Context, struct{}) (int, error) { return os.Getpid(), nil })

var (
	errKnown   = errors.New("test: a registered error")
	errUnknown = errors.New("test: an error that is not registered")
	_          = RegisterError(errKnown)
)

type codeError struct{ Code int }

func (e *codeError) Error() string { return fmt.Sprintf("code %d", e.Code) }

var errCode = &codeError{77}
var _ = RegisterError(errCode)

// procsFunc and mallocsFunc look at the runtime of their worker.
var (
	procsFunc   = NewFunc("test/procs", func(context.Context, struct{}) (int, error) { return runtime.GOMAXPROCS(0), nil })
	mallocsFunc = NewFunc("test/mallocs", func(context.Context, struct{}) (int, error) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.Mallocs), nil
	})
)

const (
	doNothing = iota
	returnKnown
	returnUnknown
	returnCode
	panicString
	panicError
	panicNil
	callGoexit
	callExit
	killSelf
	waitForContext
	ignoreContext
	returnHuge
)

// doFunc gets into trouble.
var doFunc = NewFunc("test/do", do)

// doAgain is doFunc, and may be run twice.
var doAgain = NewFunc("test/do/idempotent", do, Idempotent)

func do(ctx context.Context, what int) (int, error) {
	switch what {
	case returnKnown:
		return 0, fmt.Errorf("wrapped: %w", errKnown)
	case returnUnknown:
		return 0, errUnknown
	case returnCode:
		return 0, fmt.Errorf("wrapped: %w", errCode)
	case panicString:
		panic("at the disco")
	case panicError:
		panic(errKnown)
	case panicNil:
		var p *order
		p.Name = ""
	case callGoexit:
		runtime.Goexit()
	case callExit:
		os.Exit(0)
	case killSelf:
		dieNow()
	case waitForContext:
		<-ctx.Done()
		return 0, ctx.Err()
	case ignoreContext:
		time.Sleep(time.Hour)
	case returnHuge:
		return 0, errors.New(strings.Repeat("e", 300<<10))
	}
	return what, nil
}

// gateFunc waits until a file is there: the test decides when it ends.
var gateFunc = NewFunc("test/gate", func(ctx context.Context, path string) (string, error) {
	for {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		time.Sleep(200 * time.Microsecond)
	}
})

// noteFunc adds a byte to a file, so that runs can be counted.
var noteFunc = NewFunc("test/note", func(_ context.Context, path string) (int, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.Write([]byte("."))
})

type logged struct{ Path, Text string }

// logFunc adds a text to a file.
var logFunc = NewFunc("test/log", func(_ context.Context, l logged) (int, error) {
	f, err := os.OpenFile(l.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.WriteString(l.Text)
})

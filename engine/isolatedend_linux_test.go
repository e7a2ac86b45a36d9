package engine

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestIsolatedErrors(t *testing.T) {
	e := start(t, Config{Workers: 1, Grace: 20 * time.Millisecond})
	_, err := callIsolated(t, e, isolatedArgs{What: "error"})
	var fe *FuncError
	if !errors.Is(err, errKnown) || !errors.As(err, &fe) || fe.Panic {
		t.Errorf("%v", err)
	}
	if _, err := callIsolated(t, e, isolatedArgs{What: "nested"}); err == nil || !strings.Contains(err.Error(), ErrNested.Error()) {
		t.Errorf("an engine in an isolated call: %v", err)
	}
	for _, what := range []string{"context", "sleep"} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		if _, err := isolatedFunc.Isolated().Call(ctx, e, isolatedArgs{What: what}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := isolatedFunc.Isolated().Call(ctx, e, isolatedArgs{What: what}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s with a context that has ended: %v", what, err)
		}
		cancel()
	}
	// There is one exchange: this call waits until the one before was killed.
	if _, err := callIsolated(t, e, isolatedArgs{What: "sum"}); err != nil {
		t.Error(err)
	}
}

func TestIsolatedWithoutInit(t *testing.T) {
	e := start(t, Config{Workers: 1, Mode: Goroutines})
	initCalled.Store(false)
	defer initCalled.Store(true)
	if _, err := callIsolated(t, e, isolatedArgs{What: "sum"}); !errors.Is(err, ErrNoInit) {
		t.Error(err)
	}
}

func TestIsolatedInitializer(t *testing.T) {
	e := start(t, Config{Workers: 1, Mode: Goroutines, WorkerInit: initCount})
	initialized = 0
	if n, err := initializedFunc.Isolated().Call(deadline(t, patience), e, struct{}{}); n != 1 || err != nil {
		t.Errorf("initialized %d times, %v", n, err)
	}
	t.Setenv(initEnvTest, "no luck today")
	f := start(t, Config{Workers: 1, Mode: Goroutines})
	f.cfg.WorkerInit = initCount
	_, err := initializedFunc.Isolated().Call(deadline(t, patience), f, struct{}{})
	if !errors.Is(err, ErrWorkerStart) {
		t.Error(err)
	}
	wantText(t, err, "no luck today")
}

// Calls at once, and an engine that is closed while some run.
func TestIsolatedCallsAndClose(t *testing.T) {
	e := start(t, Config{Workers: 3})
	var calls sync.WaitGroup
	for i := range 12 {
		calls.Go(func() {
			want := bytes.Repeat([]byte{byte(i)}, 1000*i)
			if r, err := callIsolated(t, e, isolatedArgs{What: "echo", Bytes: want}); err != nil || !bytes.Equal(r.Data, want) {
				t.Errorf("call %d: %v", i, err)
			}
		})
	}
	calls.Wait()
	for range 3 {
		calls.Go(func() {
			if _, err := callIsolated(t, e, isolatedArgs{What: "sleep"}); !errors.Is(err, ErrClosed) {
				t.Errorf("a call on an engine that is closed: %v", err)
			}
		})
	}
	for n := 0; n < 3; time.Sleep(time.Millisecond) {
		n = 0
		for _, x := range e.isolation.made.all {
			if x.head.state.Load() == callBegun {
				n++
			}
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	calls.Wait()
	if _, err := callIsolated(t, e, isolatedArgs{What: "sum"}); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// Stray stores into what the process has mapped of ours cost that call only.
func TestIsolatedHostileHead(t *testing.T) {
	p := &isolation{}
	for name, write := range map[string]func(*isolatedCall){
		"size": func(h *isolatedCall) { h.size.Store(1 << 62) },
		"far":  func(h *isolatedCall) { h.size.Store(maxTaskBytes) },
		"kind": func(h *isolatedCall) { h.kind.Store(99) },
	} {
		x, err := newExchange(0)
		if err != nil {
			t.Fatal(err)
		}
		write(x.head)
		c := &calling{exchange: x, p: p, spec: isolatedFunc.spec}
		if out, err := c.value(); !errors.Is(err, errRecord) {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
		x.head.state.Store(12345)
		if state, err := x.await(deadline(t, patience)); state != 12345 || err != nil {
			t.Errorf("%s: state %d, %v", name, state, err)
		}
		if err := unix.Ftruncate(int(x.file.Fd()), 0); err == nil {
			t.Error("the head can be cut off")
		}
		if err := errors.Join(x.clear(), x.close()); err != nil {
			t.Error(err)
		}
	}
}

//go:build cgo

package main

/*
#include <stdint.h>

static int64_t add(int64_t a, int64_t b) { return a + b; }
static int64_t sub(int64_t a, int64_t b) { return a - b; }
static int64_t mul(int64_t a, int64_t b) { return a * b; }
static int64_t quo(int64_t a, int64_t b) { return a / b; }

static int64_t (*operation[128])(int64_t, int64_t) = {['+'] = add, ['-'] = sub, ['*'] = mul, ['/'] = quo};

// calculate trusts its input.
static int64_t calculate(const char *text, int n) {
	int64_t value = 0;
	for (int i = 0; i + 1 < n; i += 2) value = operation[text[i] & 127](value, text[i + 1] - '0');
	return value;
}
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"unsafe"

	"github.com/shmengine/shmengine/engine"
)

// calculate is defined in a package variable, so that the process of a call knows it.
var calculate = engine.NewFunc("calculate", func(_ context.Context, text []byte) (int64, error) {
	if len(text) == 0 {
		return 0, errors.New("nothing to calculate")
	}
	return int64(C.calculate((*C.char)(unsafe.Pointer(&text[0])), C.int(len(text)))), nil
})

func main() {
	engine.Init() // becomes the process of a call here
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	e, err := engine.Start(ctx, engine.Config{Mode: engine.Goroutines, ArenaSize: 1 << 20})
	if err != nil {
		return err
	}
	defer e.Close()
	for _, text := range []string{"+5+7", "+5*2", "+5/0", "+5?1", "+1+1"} {
		value, err := calculate.Isolated().Call(ctx, e, []byte(text))
		var crash *engine.WorkerError
		switch {
		case errors.As(err, &crash):
			fmt.Fprintf(out, "%q:  crashed: %s\n", text, crash.Reason)
		case err != nil:
			return err
		default:
			fmt.Fprintf(out, "%q:  %d\n", text, value)
		}
	}
	return nil
}

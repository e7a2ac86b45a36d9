package chaos

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
)

// ear hears from the engine how workers died: which faults have hit.
type ear struct{ hits [faultKinds]atomic.Uint64 }

func (e *ear) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (e *ear) WithAttrs([]slog.Attr) slog.Handler           { return e }
func (e *ear) WithGroup(string) slog.Handler                { return e }

func (e *ear) Handle(_ context.Context, r slog.Record) error {
	if r.Message != "worker died" {
		return nil
	}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "reason" {
			e.hits[cause(a.Value.String())].Add(1)
		}
		return true
	})
	return nil
}

// cause is which fault ends a worker with a reason like this. Who is stopped is killed by the
// engine, for being late or since its job has ended.
func cause(reason string) fault {
	switch {
	case strings.Contains(reason, ", killed after "), strings.Contains(reason, ", killed since "):
		return stop
	case strings.HasPrefix(reason, "signal 9,"):
		return kill
	case strings.HasPrefix(reason, "signal 11,"):
		return segv
	}
	return none
}

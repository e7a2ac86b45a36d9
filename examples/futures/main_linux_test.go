package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	engine.Init()
	leaktest.Main(m)
}

func TestTextsAreSummarized(t *testing.T) {
	var out bytes.Buffer
	texts := []text{{"a", "x yy zz"}, {"b", " "}, {"c", "crash"}, {"d", strings.Repeat("word ", 100_000)}}
	if err := run(t.Context(), &out, texts); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(lines)
	want := []string{"a: 3 words, longest [yy zz]", "b: empty", "c: its worker ended with code 7"}
	if len(lines) != 4 || !slices.Equal(lines[:3], want) || !strings.HasPrefix(lines[3], "d: 100000 words, longest [word word") {
		t.Errorf("printed %.300q", lines)
	}
}

func TestContextThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, new(bytes.Buffer), nil); err == nil {
		t.Error("no error")
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/mem"
)

// Every line is JSON: first the meta, then figures of each process, and its mappings.
func TestMemJSON(t *testing.T) {
	var out, errs bytes.Buffer
	pid := strconv.Itoa(os.Getpid())
	if code := run([]string{"mem", pid, "--json", "--maps", "--system", "--interval", "20ms"}, &out, &errs); code != exitOK || errs.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	lines := bufio.NewScanner(&out)
	var head struct{ Meta *mem.Meta }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &head) != nil || head.Meta == nil || head.Meta.Suite != mem.Suite || head.Meta.Schema < 1 {
		t.Fatalf("the first line is no meta: %s", lines.Text())
	}
	seen := map[string]int{}
	for lines.Scan() {
		var f struct {
			Suite, Case, System, Metric, Perms string
			Value                              *float64
			N                                  int
			Size                               *uint64 `json:"size_bytes"`
		}
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil || f.Suite != mem.Suite || f.System == "" {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		isMap := strings.HasPrefix(f.Case, "map/")
		if isMap != (f.Size != nil && len(f.Perms) == 4) || !isMap && (f.Value == nil || f.N != 1) {
			t.Errorf("%s", lines.Text())
		}
		seen[f.Case+" "+f.Metric]++
	}
	for _, want := range []string{"pid/" + pid + " pss_bytes", "pid/" + pid + " heap_bytes_grown", "pid/" + pid + " minor_faults_per_s", "system switches_per_s", "map/" + pid + " "} {
		if seen[want] == 0 {
			t.Errorf("no %s", want)
		}
	}
}

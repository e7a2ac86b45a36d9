package limits

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, l := range []Limits{
		{}, {CPUs: [][]int{{0, 1}, {}}}, {Nice: -20}, {Nice: 19}, {Rlimits: map[Resource]uint64{AS: 1, MLock: 0}},
		{Files: Files{NoWrites: true, Writable: []string{"/tmp"}}}, {Deny: AllCalls}, {Cgroup: Cgroup{Parent: "/x", CPUMax: 0.5}},
	} {
		if err := l.Validate(); err != nil {
			t.Errorf("%+v: %v", l, err)
		}
	}
	for _, l := range []Limits{
		{CPUs: [][]int{{-1}}}, {CPUs: [][]int{{0}, {maxCPU}}}, {Nice: 20}, {Nice: -21}, {Rlimits: map[Resource]uint64{"bananas": 1}},
		{Files: Files{Writable: []string{"/tmp"}}}, {Files: Files{NoWrites: true, Readable: []string{"/tmp"}}},
		{Files: Files{NoWrites: true, Writable: []string{"tmp"}}}, {Deny: AllCalls + 1}, {Cgroup: Cgroup{MemoryMax: 1}},
		{Cgroup: Cgroup{Parent: "x"}}, {Cgroup: Cgroup{Parent: "/x", MemoryMax: -1}}, {Cgroup: Cgroup{Parent: "/x", CPUMax: -1}},
	} {
		if l.Validate() == nil {
			t.Errorf("%+v is valid", l)
		}
	}
}

// Each worker has its set of CPUs, round and round, and a cgroup of its own; and all of it
// crosses to the worker.
func TestFor(t *testing.T) {
	l := Limits{
		CPUs: [][]int{{0}, {1, 2}}, Nice: 3, Rlimits: map[Resource]uint64{Core: 0, AS: 1 << 40},
		Files: Files{NoReads: true, Readable: []string{"/a b"}}, Deny: Exec, Cgroup: Cgroup{Parent: "/cg", MemoryMax: 5}, Strict: true,
	}
	for i, want := range [][]int{{0}, {1, 2}, {0}} {
		of := l.For(i, "e")
		if !reflect.DeepEqual(of.cpus(), want) || of.Cgroup.Parent != "/cg/e-"+string(rune('0'+i)) || of.IsZero() {
			t.Errorf("worker %d: %+v", i, of)
		}
		name, text, _ := strings.Cut(of.Env(), "=")
		var got Limits
		if err := json.Unmarshal([]byte(text), &got); name != wantEnv || err != nil || !reflect.DeepEqual(got, of) {
			t.Errorf("%s=%s: %+v, %v", name, text, got, err)
		}
	}
	if none := (Limits{}); !none.IsZero() || len(none.For(3, "e").CPUs) != 0 || none.Remove(2, "e") != nil {
		t.Error("no limits are some")
	}
}

// A hostile or damaged environment is an error; without one there is nothing to do.
func TestFinishOfOtherText(t *testing.T) {
	if items, err := Finish(); items != nil || err != nil {
		t.Errorf("%v, %v", items, err)
	}
	for _, text := range []string{"", "{", "[]", `{"Nice":99}`, `{"Deny":4096}`} {
		t.Setenv(wantEnv, text)
		if _, err := Finish(); err == nil {
			t.Errorf("%q is accepted", text)
		}
		if err := Enter(); err == nil {
			t.Errorf("%q is entered", text)
		}
	}
	t.Setenv(wantEnv, "{}")
	t.Setenv(doneEnv, "{")
	if _, err := Finish(); err == nil {
		t.Error("a report that is none is accepted")
	}
}

func TestStrict(t *testing.T) {
	items := []Item{item(nil, "nice %d", 3), item(errors.New("no luck"), "CPUs")}
	if text := items[0].String() + "; " + items[1].String(); text != "nice 3: applied; CPUs: NOT applied (no luck)" {
		t.Error(text)
	}
	l := Limits{}
	if l.strict(items) != nil {
		t.Error("strict without being asked")
	}
	l.Strict = true
	if err := l.strict(items); !errors.Is(err, ErrStrict) || !strings.Contains(err.Error(), "no luck") || l.strict(items[:1]) != nil {
		t.Error(err)
	}
	if s := AllCalls.String(); s != "exec, network, trace, admin" {
		t.Error(s)
	}
}

// A folder that is like a cgroup gets what the kernel reads: the tests of the engine join
// real ones.
func TestCgroupFiles(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "w-0")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"cgroup.procs", "memory.max", "cpu.max"} {
		if err := os.WriteFile(filepath.Join(dir, f), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := Limits{Cgroup: Cgroup{Parent: parent, MemoryMax: 12345, CPUMax: 1.5}}
	of := l.For(0, "w")
	for _, it := range of.Cgroup.join() {
		if !it.Applied {
			t.Error(it)
		}
	}
	for f, want := range map[string]string{"cgroup.procs": "0", "memory.max": "12345", "cpu.max": "150000 100000"} {
		if got, err := os.ReadFile(filepath.Join(dir, f)); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", f, got, err)
		}
	}
	// A folder that is no cgroup is removed again, and it is said.
	items := (&Cgroup{Parent: filepath.Join(parent, "none")}).join()
	if _, err := os.Stat(filepath.Join(parent, "none")); len(items) != 1 || items[0].Applied || err == nil {
		t.Errorf("%v, %v", items, err)
	}
}

package machine

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "4096": 4096, "512MiB": 512 << 20, "512mib": 512 << 20, "64M": 64 << 20, " 8 MiB ": 8 << 20,
		"1GB": 1e9, "1.5GiB": 3 << 29, "2k": 2048, "1kb": 1000, "3T": 3 << 40, "10B": 10, "0.5K": 512,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "banana", "MiB", "12 apples", "-1", "-5MiB", "1..2M", "0", "0.3", "1e9", "9999999T", "NaN", "Inf", "1.0000001K"} {
		if got, err := ParseSize(text); !errors.Is(err, ErrSize) || strings.Contains(err.Error(), "\n") {
			t.Errorf("ParseSize(%q) = %d, %v; want ErrSize", text, got, err)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1 KiB", 1536: "1.5 KiB", 512 << 20: "512 MiB", 1 << 30: "1 GiB",
		1000 << 20: "0.977 GiB", 999 << 20: "999 MiB", 10 << 30: "10 GiB", 24_000_000_000: "22.4 GiB", -2048: "-2 KiB",
	} {
		if got := FormatSize(n); got != want {
			t.Errorf("FormatSize(%d) = %q, want %q", n, got, want)
		}
	}
}

func FuzzParseSize(f *testing.F) {
	f.Add("512MiB")
	f.Add("1.5e3 k")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := ParseSize(text); err == nil && n < 1 {
			t.Errorf("ParseSize(%q) = %d", text, n)
		}
	})
}

func TestDescribe(t *testing.T) {
	f := Describe()
	if f.Cores < 1 || f.GOMAXPROCS < 1 || f.Go == "" || f.Dispatch == "" {
		t.Errorf("facts are missing: %+v", f)
	}
	if line := f.String(); strings.Contains(line, "\n") || !strings.Contains(line, f.Go) {
		t.Errorf("String() = %q", line)
	}
	if runtime.GOOS != "linux" {
		return
	}
	if f.Kernel == "" || f.RAM == 0 {
		t.Errorf("facts of Linux are missing: %+v", f)
	}
	if free, ok := Memory(); !ok || free < 1 || free > f.RAM {
		t.Errorf("Memory() = %d, %v of %d", free, ok, f.RAM)
	}
}

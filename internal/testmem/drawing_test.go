package testmem

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

type drawn struct {
	A uint32
	_ uint32
	B uint64
	C [3]uint64
}

// heard is a TB that hears what Fatalf says.
type heard struct {
	TB
	said string
}

func (h *heard) Helper()                      {}
func (h *heard) Fatalf(f string, args ...any) { h.said = fmt.Sprintf(f, args...) }

func TestDrawn(t *testing.T) {
	const good = "# All\n\n## Other\n\n    drawn\n    1  1  A\n\n## Here\n\nWords.\n\n    drawn\n     0  4  A  first\n     8  8  B  second\n    16 24  C\n\n    more\n     0  1  X\n"
	for what, text := range map[string]string{
		"":                   good,
		"an offset":          strings.Replace(good, " 8  8  B", "12  8  B", 1),
		"a size":             strings.Replace(good, "16 24  C", "16 16  C", 1),
		"a name":             strings.Replace(good, "16 24  C", "16 24  D", 1),
		"a field too many":   strings.Replace(good, "16 24  C", "16 24  C\n    40  8  D", 1),
		"one that is absent": strings.Replace(good, "     8  8  B  second\n", "", 1),
		"no drawing":         strings.Replace(good, "    drawn\n     0", "    undrawn\n     0", 1),
		"no heading":         strings.Replace(good, "## Here", "## There", 1),
	} {
		file := filepath.Join(t.TempDir(), "doc.md")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h := &heard{TB: t}
		Drawn(h, file, "Here", "drawn", reflect.TypeFor[drawn]())
		if (h.said != "") != (what != "") {
			t.Errorf("%q is wrong: %q", what, h.said)
		}
	}
	h := &heard{TB: t}
	if Drawn(h, "/nonexistent", "Here", "drawn", reflect.TypeFor[drawn]()); h.said == "" {
		t.Error("no file, and nothing said")
	}
}

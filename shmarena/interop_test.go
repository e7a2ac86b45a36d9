package shmarena

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/member"
)

// interopNumbers are what the readers in other languages know about an arena, by
// the names that they have for it.
func interopNumbers() map[string]uint64 {
	entryAt := func(field string) uint64 {
		f, ok := reflect.TypeFor[entry]().FieldByName(field)
		if !ok {
			panic("no such field: " + field)
		}
		return uint64(f.Offset)
	}
	slot := uint64(member.TableSize(2) - member.TableSize(1))
	return map[string]uint64{
		"VERSION": layoutVersion, "LAYOUT": layoutHash(),
		"HEADER_SIZE": headerSize, "HEADER_CHECKSUM": headerChecksum,
		"MEMBERS_AT": membersAt, "MEMBERS_HEADER": uint64(member.TableSize(1)) - slot, "MEMBER_SIZE": slot, "MAX_MEMBERS": maxMembers,
		"HOLDS_SIZE": holdTableSize, "ENTRY_SIZE": entrySize, "ENTRIES": entries, "ENTRY_TYPE": entryAt("typ"), "ENTRY_GENERATION": entryAt("gen"),
		"ENTRY_OFFSET": entryAt("off"), "ENTRY_LENGTH": entryAt("n"), "ENTRY_NAME": entryAt("name"), "NAME_SIZE": nameWords * 8,
		"SPAN_SHIFT": spanShift, "SPAN_BYTES": spanBytes, "SPAN_LARGE": uint64(stateLarge), "MAX_SIZE": maxSize,
		"SPAN_SMALL": uint64(stateSmall), "SPAN_HELD": uint64(stateHeld), "KIND_SHIFT": kindShift,
		"CELL_SIZE": cellSize, "CELL_ALIGN": cellAlign, "TABLE_SIZE": tableSize, "TABLE_ALIGN": tableAlign,
		"TABLE_BLOCKS_AT": tableBlocksAt(), "TABLE_BLOCKS": tableBlocks, "BLOCK_SHIFT": bstateShift, "BLOCK_LIVE": uint64(blockLive),
		"LOCK_GATE": lockGate, "LOCK_BYTES": 2,
	}
}

func tableBlocksAt() uint64 {
	f, _ := reflect.TypeFor[spanTable]().FieldByName("blocks")
	return uint64(f.Offset)
}

// The readers have the sizes of small blocks.
func TestInteropClasses(t *testing.T) {
	list := regexp.MustCompile(`(?s)(?:shmarena_classes\[\] = \{|CLASSES = \()([0-9,\s]+)[})]`)
	for path := range interopReaders {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m := list.FindStringSubmatch(string(text))
		if m == nil {
			t.Fatalf("%s: no list of classes", path)
		}
		var want, got []string
		for _, c := range classes {
			want = append(want, strconv.Itoa(int(c.size)))
			if c.count != min(spanSize/c.size, tableBlocks) {
				t.Errorf("class %d has %d blocks: the readers think otherwise", c.size, c.count)
			}
		}
		for _, word := range strings.Split(m[1], ",") {
			got = append(got, strings.TrimSpace(word))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: classes %v, want %v", path, got, want)
		}
	}
}

var interopReaders = map[string]*regexp.Regexp{
	"../examples/c/shmarena.h":       regexp.MustCompile(`(?m)^#define SHMARENA_([A-Z_]+) (.+)$`),
	"../examples/python/shmarena.py": regexp.MustCompile(`(?m)^([A-Z_]+) = (.+)$`),
}

// The readers in C and Python have the numbers of this package. When the layout
// changes this says what to write there.
func TestInteropNumbers(t *testing.T) {
	for path, pattern := range interopReaders {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, m := range pattern.FindAllStringSubmatch(string(text), -1) {
			got[m[1]] = m[2]
		}
		for name, want := range interopNumbers() {
			if n, err := interopNumber(got[name]); err != nil || n != want {
				t.Errorf("%s: %s is %q, want %s", path, name, got[name], interopText(name, want))
			}
		}
		for name, want := range map[string]string{"MAGIC": magic, "PLATFORM": platform} {
			if strings.Trim(got[name], `b"`) != want {
				t.Errorf("%s: %s is %s, want %q", path, name, got[name], want)
			}
		}
	}
}

func interopText(name string, n uint64) string {
	if name == "LAYOUT" {
		return fmt.Sprintf("%#x", n)
	}
	return strconv.FormatUint(n, 10)
}

// interopNumber reads a number, or a shift, as C or Python write it.
func interopNumber(s string) (uint64, error) {
	for _, macro := range []string{"UINT64_C(", "INT64_C(", "(", ")"} {
		s = strings.ReplaceAll(s, macro, "")
	}
	base, shift, shifted := strings.Cut(s, " << ")
	n, err := strconv.ParseUint(base, 0, 64)
	if err != nil || !shifted {
		return n, err
	}
	by, err := strconv.ParseUint(shift, 0, 6)
	return n << by, err
}

// A reader of C or Python looks through the parts in this order.
func TestInteropGeometry(t *testing.T) {
	n := interopNumbers()
	for _, members := range []uint64{1, 7, 128, maxMembers} {
		for _, capacity := range []uint64{spanSize, 3 * spanSize, 1 << 30, 1 << 40} {
			directory := align(n["MEMBERS_AT"]+n["MEMBERS_HEADER"]+n["MEMBER_SIZE"]*members, n["CELL_ALIGN"]) + n["CELL_SIZE"]*members
			spans := directory + n["ENTRIES"]*n["ENTRY_SIZE"] + n["HOLDS_SIZE"]
			small := align(spans+capacity>>n["SPAN_SHIFT"]*n["SPAN_BYTES"], n["TABLE_ALIGN"])
			blocks := align(small+capacity>>n["SPAN_SHIFT"]*n["TABLE_SIZE"], 1<<n["SPAN_SHIFT"])
			if g := geometryOf(int(members), capacity); g.directory != directory || g.spans != spans || g.blocks != blocks || g.size != blocks+capacity {
				t.Errorf("%d members, %d bytes: %+v, but the readers have %d, %d, %d", members, capacity, g, directory, spans, blocks)
			}
		}
	}
}

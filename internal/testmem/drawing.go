package testmem

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"strings"
)

// Drawn compares a shared struct with its drawing in a document: below the heading a
// line with the name alone, and then up to a blank line a row for each field that has a
// name: offset, bytes, name, and what it is.
func Drawn(tb TB, file, heading, name string, t reflect.Type) {
	tb.Helper()
	rows, err := drawing(file, heading, name)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	var want []string
	for i := range t.NumField() {
		if f := t.Field(i); f.Name != "_" {
			want = append(want, fmt.Sprint(f.Offset, f.Type.Size(), " ", f.Name))
		}
	}
	if got, want := strings.Join(rows, "\n"), strings.Join(want, "\n"); got != want {
		tb.Fatalf("%s draws %s as\n%s\nand %v is\n%s", file, name, got, t, want)
	}
}

// drawing is the rows of a drawing.
func drawing(file, heading, name string) (rows []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, section, inside := bufio.NewScanner(f), false, false
	for lines.Scan() {
		line := lines.Text()
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#"):
			section = line == "## "+heading
		case section && !inside:
			inside = len(words) == 1 && words[0] == name
		case inside && len(words) == 0:
			return rows, nil
		case inside && len(words) >= 3:
			rows = append(rows, fmt.Sprintf("%s %s %s", words[0], words[1], words[2]))
		}
	}
	return rows, lines.Err()
}

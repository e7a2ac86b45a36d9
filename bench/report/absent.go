package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Absent is, by case, why a system is not in its table.
type Absent map[string]map[string]string

// WriteCases prints the tables, with the systems that are not in them, then the cases
// of which nothing could be measured. Systems are named in the order of the list.
func WriteCases(w io.Writer, cases []Case, style Style, absent Absent, systems []string) error {
	measured := map[string]bool{}
	for i := range cases {
		measured[cases[i].Name] = true
		if err := cases[i].Write(w, style); err != nil {
			return err
		}
		absent.write(w, cases[i].Name, systems)
		fmt.Fprintln(w)
	}
	for _, name := range slices.Sorted(maps.Keys(absent)) {
		if !measured[name] {
			fmt.Fprintf(w, "%s: left out\n", name)
			absent.write(w, name, systems)
			fmt.Fprintln(w)
		}
	}
	return nil
}

// write says which systems are not in the table of a case, those with the same
// reason together.
func (a Absent) write(w io.Writer, name string, systems []string) {
	by := map[string][]string{}
	for _, system := range systems {
		if reason := a[name][system]; reason != "" {
			by[reason] = append(by[reason], system)
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(w, "not here: %s: %s\n", strings.Join(by[reason], ", "), reason)
	}
}

// List writes numbers with commas between.
func List(numbers []int) string {
	var all []string
	for _, n := range numbers {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, ", ")
}

package lint

import (
	"path"
	"regexp"
	"strings"
)

// private are words that mean something only where the code was written. The
// brackets keep this file from finding itself.
var private = []struct {
	what *regexp.Regexp
	why  string
}{
	{
		// The kernel has sessions too: only those that work is done in are meant.
		regexp.MustCompile(`(?i)\b(this|next|previous|earlier|later|last|future|working|coding) session[s]?\b`),
		"the state of work on the code, not of the code",
	},
	{regexp.MustCompile(`(?i)\bissu[e] #?[0-9]`), "numbers of issues are not known to a reader"},
	{regexp.MustCompile(`(^|[^\w.])/wor[k]/`), "a path of one machine"},
	{regexp.MustCompile(`(^|[^\w.])/(roo[t]|hom[e])/\w`), "a path of one machine"},
	{regexp.MustCompile(`(^|[^\w.])/tm[p]/(brief|claude)`), "a path of one machine"},
	{regexp.MustCompile(`\b(PROTOCOL[S]|ANCHOR[S]|CONTRACT[S])\b`), "a document that is not in this module"},
}

// checkWords: nothing in the module tells where it was written.
func checkWords(t *Tree, report report) {
	for _, f := range t.Files {
		if path.Base(f.Path) == "go.sum" {
			continue
		}
		n := 0
		for line := range strings.Lines(string(f.Text)) {
			n++
			for _, p := range private {
				if word := strings.TrimSpace(p.what.FindString(line)); word != "" {
					report(f, n, word, "%q: %s", word, p.why)
				}
			}
		}
	}
}

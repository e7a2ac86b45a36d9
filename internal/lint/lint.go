package lint

import (
	"cmp"
	"fmt"
	"path"
	"slices"
)

// rule is one check. It reports what it finds; the name is added.
type rule struct {
	name  string
	check func(*Tree, report)
}

// report takes a finding: where, about what, and the message.
type report func(f *File, line int, subject, format string, args ...any)

// rules are all house rules.
var rules = []rule{
	{"syntax", checkSyntax},
	{"imports", checkImports},
	{"third-party", checkThirdParty},
	{"unsafe", checkUnsafe},
	{"system-calls", checkSystemCalls},
	{"cgo", checkCgo},
	{"atomics", checkAtomics},
	{"layout", checkLayout},
	{"doc", checkDoc},
	{"file-size", checkFileSize},
	{"function-size", checkFunctionSize},
	{"package-name", checkPackageName},
	{"words", checkWords},
	{"leaktest", checkLeaktest},
	{"arena-names", checkArenaNames},
}

// Exception is a place that breaks a rule for a reason.
type Exception struct {
	Rule    string
	Path    string // a file, or a folder for rules about packages
	Subject string // empty for rules that find one thing a file or folder
	Reason  string
}

// Check returns what breaks the rules without being excepted, in order of
// place; an exception that nothing needs is a finding too.
func Check(t *Tree, exceptions []Exception) []Finding {
	var found []Finding
	needed := make([]bool, len(exceptions))
	for _, r := range rules {
		r.check(t, func(f *File, line int, subject, format string, args ...any) {
			found = append(found, Finding{f.Path, line, r.name, subject, fmt.Sprintf(format, args...)})
		})
	}
	found = slices.DeleteFunc(found, func(f Finding) bool {
		i := slices.IndexFunc(exceptions, func(e Exception) bool { return e.covers(f) })
		if i >= 0 {
			needed[i] = true
		}
		return i >= 0
	})
	for i, e := range exceptions {
		if !needed[i] {
			found = append(found, Finding{Path: e.Path, Rule: e.Rule, Text: "its exception in exceptions.go is not needed (any more): remove it"})
		}
	}
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
	return found
}

// covers reports whether the exception is about the finding. What is beyond a
// hard limit has no subject that an exception could name.
func (e Exception) covers(f Finding) bool {
	here := e.Path == f.Path || e.Path == path.Dir(f.Path)
	return here && e.Rule == f.Rule && e.Subject == f.Subject && f.Subject != hard
}

// hard is the subject of findings that cannot be excepted.
const hard = "beyond the hard limit"

package lint

import (
	"slices"
	"strings"
)

// checkImports holds the packages to their layers.
func checkImports(t *Tree, report report) {
	for _, f := range t.Files {
		if f.Go == nil || f.isTest() {
			continue
		}
		l, ok := layerOf(f.dir())
		if !ok {
			report(f, 1, "", "package %s has no layer in the table of imports", f.dir())
			continue
		}
		for imported, line := range f.imports() {
			ours, ok := strings.CutPrefix(imported, t.Module+"/")
			switch {
			case !ok:
			case slices.Contains(forTests, ours):
				if !slices.Contains(forTests, f.dir()) {
					report(f, line, ours, "%s is for tests", ours)
				}
			case !fits(l.ours, ours):
				report(f, line, ours, "%s may not import %s", f.dir(), ours)
			}
		}
	}
}

// checkThirdParty holds the packages to their dependencies, and tests to those
// of tests.
func checkThirdParty(t *Tree, report report) {
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		l, _ := layerOf(f.dir())
		allowed := l.theirs
		if f.isTest() {
			allowed = append(slices.Clip(allowed), testTheirs...)
		}
		for imported, line := range f.imports() {
			if standard(imported) || imported == t.Module || strings.HasPrefix(imported, t.Module+"/") {
				continue
			}
			if !slices.ContainsFunc(allowed, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") }) {
				report(f, line, imported, "%s may not import %s", f.dir(), imported)
			}
		}
	}
}

// standard reports whether a package is of the standard library, none of whose
// first elements has a dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// layerOf returns the layer with the longest pattern that fits a folder.
func layerOf(dir string) (best layer, ok bool) {
	for _, l := range layers {
		if fits([]string{l.of}, dir) && (!ok || len(l.of) > len(best.of) || l.of == dir) {
			best, ok = l, true
		}
	}
	return best, ok
}

// fits reports whether a folder is one of the patterns.
func fits(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		below, all := strings.CutSuffix(p, "/...")
		return dir == below || all && strings.HasPrefix(dir, below+"/")
	})
}

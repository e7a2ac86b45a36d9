package main

import "testing"

// A screen's text is cut to its size, and what was there before is wiped out.
func TestFit(t *testing.T) {
	got := string(fit([]byte("abcdef\nä€öü\n3\n4"), 3, 3))
	if want := goHome + "abc" + clearLine + "ä€ö" + clearLine + "3" + "\x1b[K" + clearRest; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestQuits(t *testing.T) {
	for key, want := range map[byte]bool{'q': true, 'Q': true, 3: true, 4: true, 27: true, 'x': false, 0: false, '\n': false} {
		if quits(key) != want {
			t.Errorf("key %q: %v", key, !want)
		}
	}
}

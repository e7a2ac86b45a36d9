package race

import (
	"runtime/debug"
	"testing"
)

func TestEnabledIsWhatTheBuildSays(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("no build information")
	}
	built := false
	for _, s := range info.Settings {
		built = built || s.Key == "-race" && s.Value == "true"
	}
	if built != Enabled {
		t.Errorf("Enabled is %v, the build has -race=%v", Enabled, built)
	}
}

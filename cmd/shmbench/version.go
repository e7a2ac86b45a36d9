package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/machine"
)

// newVersion is the command that says what this program is and runs on.
func newVersion() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Say what this program is, and what it runs on", GroupID: "other", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts := machine.Describe()
			out := cmd.OutOrStdout()
			if asJSON {
				return json.NewEncoder(out).Encode(struct {
					Version string        `json:"version"`
					Machine machine.Facts `json:"machine"`
				}{version(), facts})
			}
			_, err := fmt.Fprintf(out, "shmbench %s\n%s\n", version(), facts)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one line of JSON")
	return cmd
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

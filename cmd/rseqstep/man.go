package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newManCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages into a directory", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			if err := doc.GenManTree(root, &doc.GenManHeader{Title: "RSEQSTEP", Section: "1", Source: "rseqstep", Manual: "rseqstep"}, args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(e.stdout, "Manual pages written to %s\n", args[0])
			return err
		},
	}
}

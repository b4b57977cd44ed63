package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// TestHelpFitsEightyColumns prints the --help of every command. A terminal breaks
// longer lines in the middle of a word.
func TestHelpFitsEightyColumns(t *testing.T) {
	var out bytes.Buffer
	root := newRootCmd(&env{stdout: &out, stderr: &out})
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		out.Reset()
		if err := cmd.Help(); err != nil {
			t.Errorf("%s: %v", cmd.CommandPath(), err)
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%s --help: %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
		for _, c := range cmd.Commands() {
			check(c)
		}
	}
	check(root)
}

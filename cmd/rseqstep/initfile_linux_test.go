package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// TestCommandsOfTheDirectoryRunOnlyIfTheUserAgrees: whoever can write to a directory can put a
// file of commands there.
func TestCommandsOfTheDirectoryRunOnlyIfTheUserAgrees(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, localFile), []byte("echo the file has run\\n\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for answer, run := range map[string]bool{"y\r": true, "n\r": false, "\r": false} {
		x := atTerminal(t, ourPrompt, tabletest.Command(t), "--no-color", "--cd", dir)
		x.expect("Run the commands in")
		x.expect("[n]) ")
		x.types(answer)
		if said := x.expect(ourPrompt); strings.Contains(said, "the file has run") != run {
			t.Errorf("%q: %s", answer, said)
		}
	}
	x := atTerminal(t, ourPrompt, tabletest.Command(t), "--no-color", "--nx", "--cd", dir)
	if said := x.expect(ourPrompt); strings.Contains(said, "Run the commands") {
		t.Errorf("--nx asks: %s", said)
	}
}

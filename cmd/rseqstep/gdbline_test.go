package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestGDBsCommandLineIsUnderstood has command lines as gdb's users type them, and what rseqstep
// makes of each.
func TestGDBsCommandLineIsUnderstood(t *testing.T) {
	var out bytes.Buffer
	root := newRootCmd(&env{stdout: &out, stderr: &out})
	for line, want := range map[string]string{
		"./prog":                          "./prog",
		"--args ./prog -ex -batch":        "-- ./prog -ex -batch",
		"-args ./prog core":               "-- ./prog core",
		"-q -nx -batch -ex run ./prog":    "--nx --batch --eval=run ./prog",
		"--quiet --batch --ex=run ./prog": "--batch --eval=run ./prog",
		"-x file -ex bt ./prog -ex":       "--execute=file --eval=bt ./prog -ex",
		"-iex one -ix two ./prog":         "--init-eval=one --init-execute=two ./prog",
		"-eval-command run ./prog":        "--eval=run ./prog",
		"-p 12 -ex bt":                    "--pid=12 --eval=bt",
		"-pid=12":                         "--pid=12",
		"-c core ./prog":                  "-c core ./prog",
		"-core core ./prog":               "--core=core ./prog",
		"-core=core ./prog":               "--core=core ./prog",
		"-cd dir -d src ./prog":           "--cd=dir --directory=src ./prog",
		"-e -x ./prog":                    "-e -x ./prog",
		"-e run --cwd -q ./prog":          "-e run --cwd -q ./prog",
		"--json --log all ./prog -q":      "--json --log all ./prog -q",
		"--cpu-opv v3 -q ./prog":          "--cpu-opv v3 ./prog",
		"-- ./prog -q":                    "-- ./prog -q",
		"attach -q -ex bt 12":             "attach --eval=bt 12",
		"--debug attach -q -ex bt 12":     "--debug attach --eval=bt 12",
		"attach 12 -ex bt":                "attach 12 -ex bt",
		"table -x ./prog":                 "table -x ./prog",
		"-v":                              "--version",
		"-help":                           "--help",
		"-x":                              "--execute",
	} {
		got, err := gdbLine(root, strings.Fields(line))
		if text := strings.Join(got, " "); err != nil || text != want {
			t.Errorf("%s: %q, %v; want %q", line, text, err, want)
		}
	}
	for line, want := range map[string]string{"-tui ./prog": "rseqstep gdb -tui", "-i=mi ./prog": "rseqstep gdb -i=mi", "--interpreter=dap": "rseqstep dap", "--args": "a program must follow"} {
		if got, err := gdbLine(root, strings.Fields(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
}

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// shownAsJSON are commands that show data, with the objects that --json writes of them: what they
// say they are, and fields that they have.
var shownAsJSON = [][]string{
	{"backtrace 1", "backtrace", "thread", "tid", "frames"},
	{"bt full 1", "backtrace", "frames", "more"},
	{"up", "frame", "frame", "source"},
	{"down", "frame", "frame", "source"},
	{"frame", "frame", "frame", "source"},
	{"frame 1", "frame", "frame", "source"},
	{"print argc", "print", "expression", "number", "value", "type"},
	{"print/x argc", "print", "value"},
	{"call argc + 1", "print", "value"},
	{"output argc", "output", "lines"},
	{"printf \"%d\\n\", argc", "printf", "lines"},
	{"x/2i $pc", "memory", "expression", "format", "memory"},
	{"x/2xg $sp", "memory", "memory"},
	{"ptype argc", "ptype", "expression", "type"},
	{"whatis argc", "whatis", "expression", "type"},
	{"display argc", "display", "number", "format", "expression", "value"},
	{"display/i $pc", "display", "number", "format", "expression", "value"},
	{"macro expand argc", "expand", "lines"},
	{"list main", "list", "lines"},
	{"disassemble", "disassemble", "lines"},
	{"show args", "args", "lines"},
	{"thread", ""},
	{"info address main", "address", "lines"},
	{"info stack 1", "backtrace", "frames"},
	{"info all-registers rip", "registers", "registers"},
	{"info args", "args", "variables"},
	{"info auxv", "auxv", "lines"},
	{"info breakpoints", "breakpoints", "breakpoints"},
	{"info display", "display", "lines"},
	{"info files", "files", "lines"},
	{"info frame", "frame", "lines"},
	{"info functions ^main$", "functions", "lines"},
	{"info inferiors", "inferiors", "lines"},
	{"info line main", "line", "lines"},
	{"info locals", "locals", "variables"},
	{"info macro X", "macro", "lines"},
	{"info macros", ""},
	{"info proc", "proc", "lines"},
	{"info proc mappings", "mappings", "pid", "mappings"},
	{"info program", "program", "lines"},
	{"info registers", "registers", "registers"},
	{"info rseq", "rseq", "threads", "sections"},
	{"info scope main", "scope", "lines"},
	{"info sharedlibrary", "sharedlibrary", "libraries"},
	{"info signals SIGINT", "signals", "lines"},
	{"info skip", "skip", "lines"},
	{"info source", "source", "lines"},
	{"info symbol main", "symbol", "address", "symbol", "offset", "module", "found"},
	{"info threads", "threads", "threads"},
	{"info types int", "types", "lines"},
	{"info variables v", "variables", "lines"},
	{"info vdso", "vdso", "lines"},
	{"info watchpoints", "breakpoints", "breakpoints"},
}

// Under --json each command that shows data writes one object and no text. Every subject of info
// is tried.
func TestEveryCommandThatShowsDataWritesJSON(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	path := filepath.Join(t.TempDir(), "objects")
	args := []string{"--nx", "--batch", "--json=" + path, "-e", "break main", "-e", "run"}
	tried := map[string]bool{}
	for _, c := range shownAsJSON {
		args = append(args, "-e", "echo @", "-e", c[0])
		if words := strings.Fields(c[0]); words[0] == "info" {
			tried[words[1]] = true
		}
	}
	letters := []string{"--nx", "--batch"}
	for c := 'a'; c <= 'z'; c++ {
		letters = append(letters, "-e", "complete info "+string(c))
	}
	subjects, err := exec.Command(tabletest.Command(t), letters...).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(subjects)), "\n") {
		if word := strings.TrimPrefix(line, "info "); !tried[word] {
			t.Errorf("info %s is not tried", word)
		}
	}
	out, err := exec.Command(tabletest.Command(t), append(args, program)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, shown, _ := strings.Cut(string(out), "@")
	if text := strings.Trim(shown, "@ \n"); text != "" && !strings.HasPrefix(text, "[Current thread is") {
		t.Errorf("text is shown: %s", text)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	objects := strings.Split(strings.TrimSpace(string(text)), "\n")[1:] // the stop is first
	for _, c := range shownAsJSON {
		if c[1] == "" {
			continue
		}
		if len(objects) == 0 {
			t.Fatalf("%s: there is no object", c[0])
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte(objects[0]), &fields); err != nil || fields["version"] != 1.0 || fields["info"] != c[1] {
			t.Errorf("%s: %v\n%s", c[0], err, objects[0])
		}
		for _, name := range c[2:] {
			if value, ok := fields[name]; !ok || value == nil {
				t.Errorf("%s: there is no %q in %s", c[0], name, objects[0])
			}
		}
		objects = objects[1:]
	}
	objects = slices.DeleteFunc(objects, func(s string) bool { return strings.Contains(s, `"reason"`) })
	if len(objects) > 0 {
		t.Errorf("more objects than commands: %q", objects)
	}
}

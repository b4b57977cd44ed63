package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A case is a program in a folder of its own, with a transcript: lines that begin with "> " are
// commands, what follows each is the right answer in the form in which answers are compared,
// with every address but 0x0 as 0x#. The first lines that begin with "# " say how it is built.
type testCase struct {
	program *program
	builds  []variant
	want    []string
}

// readCase reads a case's folder.
func readCase(dir string) (*testCase, error) {
	c := &testCase{program: &program{name: filepath.Base(dir)}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		switch filepath.Ext(e.Name()) {
		case ".cc":
			c.program.cxx = true
			fallthrough
		case ".c", ".h":
			c.program.files = append(c.program.files, file{e.Name(), string(text)})
		case ".want":
			c.read(string(text))
		}
	}
	if len(c.program.commands) == 0 || len(c.builds) == 0 {
		return nil, fmt.Errorf("%s: no transcript", dir)
	}
	return c, nil
}

func (c *testCase) read(text string) {
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(l, "# "):
			if f := strings.Fields(l[2:]); len(f) == 3 {
				c.builds = append(c.builds, variant{f[0], f[1], f[2]})
			} else {
				c.program.flags = f
			}
		case strings.HasPrefix(l, "> "):
			c.program.commands = append(c.program.commands, l[2:])
			c.want = append(c.want, "")
		default:
			n := len(c.want) - 1
			c.want[n] = strings.TrimPrefix(c.want[n]+"\n"+l, "\n")
		}
	}
}

// Without randomization programs are at 0x5555…, stacks and libraries at 0x7fff…; a function has
// its name behind its address.
var address = regexp.MustCompile(`0x(0000)?(5555|7fff)[0-9a-f]{8}\b|0x[0-9a-f]+( <)`)

// returned is all of finish's answer that does not depend on the compiler's code.
var returned = regexp.MustCompile(`(?s)^.*\n(Value returned is [^\n]*)$`)

// general is an answer without what depends on where things are in memory.
func general(answer string) string {
	return returned.ReplaceAllString(address.ReplaceAllString(plain(answer), "0x#$3"), "$1")
}

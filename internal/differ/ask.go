package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// debugger is a program that accepts gdb's commands on its standard input.
type debugger struct {
	argv  []string
	first []string // commands before all others
}

func gdb(path string) debugger {
	return debugger{[]string{path, "-q", "-nx"}, []string{
		"set confirm off", "set pagination off", "set width 0", "set height 0", "set style enabled off",
		"set debuginfod enabled off", "set startup-with-shell off", "set print entry-values no",
		"unset environment LINES", "unset environment COLUMNS", "set breakpoint pending on",
	}}
}

func rseqstep(path string) debugger {
	return debugger{[]string{path, "--no-color"}, []string{"set confirm off", "set print entry-values no"}}
}

// patience bounds one debugger's run on one program.
const patience = 120 * time.Second

// errLost says that a debugger ended, or hung, before it had answered every command.
var errLost = errors.New("the debugger did not answer every command")

// ask runs commands in a debugger and returns the answer of each. Between two commands there is
// a marker, so that an answer may have any number of lines.
func (d debugger) ask(exe string, commands []string) ([]string, error) {
	var in strings.Builder
	for _, c := range d.first {
		fmt.Fprintln(&in, c)
	}
	for n, c := range commands {
		fmt.Fprintf(&in, "echo \\n@@%d@@\\n\n%s\n", n, c)
	}
	fmt.Fprintf(&in, "echo \\n@@%d@@\\n\nkill\nquit\n", len(commands))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.argv[0], append(d.argv[1:len(d.argv):len(d.argv)], exe)...)
	cmd.Stdin = strings.NewReader(in.String())
	cmd.WaitDelay = time.Second
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); name != "LINES" && name != "COLUMNS" && name != "LC_ALL" && name != "DEBUGINFOD_URLS" {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	answers, whole := split(string(out), len(commands))
	if !whole {
		return answers, fmt.Errorf("%s: %w: %v\n%s", d.argv[0], errLost, err, tail(string(out), 2000))
	}
	return answers, nil
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

var marker = regexp.MustCompile(`@@(\d+)@@\n`)

// split cuts a debugger's output at the markers.
func split(out string, n int) (answers []string, whole bool) {
	answers = make([]string, n)
	found := marker.FindAllStringSubmatchIndex(out, -1)
	for i, m := range found {
		number, _ := strconv.Atoi(out[m[2]:m[3]])
		if number == n {
			return answers, true
		}
		if end := len(out); number < n {
			if i+1 < len(found) {
				end = found[i+1][0]
			}
			text := out[m[1]:end]
			answers[number] = strings.Trim(strings.NewReplacer("(gdb) ", "", "(rseqstep) ", "").Replace(text), "\n")
		}
	}
	return answers, false
}

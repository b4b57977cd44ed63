// Package docs runs the console sessions that README.md and the pages under
// docs/ show, so that none of them can say what is not so.
//
// A fenced block marked "console" is a session. "$ command" is carried out by
// bash, in one folder for a page, where testdata/ is the project's and
// rseqstep is the built binary. Lines that begin with a debugger's prompt are its
// standard input. The other lines are output, which must come in that order; what
// lies between them may be left out. In a line "…" stands for anything, and
// so does every hexadecimal number and every decimal one of four digits or more:
// addresses and process ids differ from run to run.
//
// # Decisions, and what was refused
//
// Sessions are not golden files made by a tool: a page is written for its
// reader, who needs a few lines of many. Comparing whole outputs was refused for
// that reason.
package docs

import "strings"

// Session is one command of a block: what to run, what to type, what to expect.
type Session struct {
	Line    int    // where "$ " stands in the page, from 1
	Command string // for bash
	Prompt  string // before the lines to type, empty without any
	Input   []string
	Output  []string
}

// prompts begin lines that are typed to a debugger.
var prompts = [...]string{"(rseqstep) ", "(gdb) ", "(lldb) ", "(dlv) "}

// Sessions takes the console sessions out of a page, in order.
func Sessions(page string) []Session {
	var all []Session
	inside := false
	for n, line := range strings.Split(page, "\n") {
		if fence, ok := strings.CutPrefix(line, "```"); ok {
			inside = !inside && fence == "console"
			continue
		}
		if !inside {
			continue
		}
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, Session{Line: n + 1, Command: command})
			continue
		}
		if len(all) == 0 || strings.TrimSpace(line) == "" {
			continue
		}
		s := &all[len(all)-1]
		if prompt, typed, ok := input(line); ok {
			s.Prompt = prompt
			s.Input = append(s.Input, typed)
		} else {
			s.Output = append(s.Output, line)
		}
	}
	return all
}

func input(line string) (prompt, typed string, ok bool) {
	for _, p := range prompts {
		if typed, ok := strings.CutPrefix(line, p); ok {
			return p, typed, true
		}
	}
	return "", "", false
}

// Stray finds lines outside console blocks that look like a command to type,
// and would never be run: their numbers, from 1.
func Stray(page string) []int {
	var lines []int
	fence := ""
	for n, line := range strings.Split(page, "\n") {
		if f, ok := strings.CutPrefix(line, "```"); ok {
			if fence == "" {
				fence = "```" + f
			} else {
				fence = ""
			}
			continue
		}
		_, _, typed := input(strings.TrimSpace(line))
		if fence != "```console" && (typed || strings.HasPrefix(strings.TrimSpace(line), "$ ")) {
			lines = append(lines, n+1)
		}
	}
	return lines
}

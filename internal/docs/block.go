// Package docs runs the console sessions in README.md and the pages under docs/, so that
// none of them can show what is not true.
//
// A fenced block marked "console" is a session. bash runs each "$ command", in one
// directory per page, in which testdata/ is the project's and rseqstep is the built
// binary. Lines that begin with a debugger's prompt are its standard input. The other
// lines are output, which must occur in that order; a page may leave out lines between
// them. In a line "…" matches anything, and so does every hexadecimal number and every
// decimal one of four digits or more: addresses and process ids differ from run to run.
//
// # Decisions, and what was refused
//
// Sessions are not golden files made by a tool: a page is written for its reader, who
// needs a few lines of many. For that reason, comparing whole outputs was refused.
package docs

import "strings"

// Session is one command of a block: what to run, what to type, what to expect.
type Session struct {
	Line    int    // line of "$ " in the page, from 1
	Command string // for bash
	Prompt  string // before the lines to type, empty without any
	Input   []string
	Output  []string
}

// prompts mark lines that are typed to a debugger.
var prompts = [...]string{"(rseqstep) ", "(gdb) ", "(lldb) ", "(dlv) "}

// Sessions returns the console sessions of a page, in order.
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

// Stray finds lines outside console blocks that look like a command to type, which no
// test would run. It returns their numbers, from 1.
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

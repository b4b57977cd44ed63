package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// step is one command, and when to press Ctrl-C during it (0: never).
type step struct {
	command   string
	interrupt time.Duration
}

// String returns the command as a replay file has it.
func (s step) String() string {
	if s.interrupt == 0 {
		return s.command
	}
	return fmt.Sprintf("%s # interrupt %v", s.command, s.interrupt)
}

// parseStep parses the output of String.
func parseStep(line string) (step, error) {
	command, after, ok := strings.Cut(line, " # interrupt ")
	if !ok {
		return step{command: line}, nil
	}
	d, err := time.ParseDuration(strings.TrimSpace(after))
	return step{command, d}, err
}

// pid in a command stands for the process id.
const pid = "%pid"

// generator generates a round's commands.
type generator struct {
	*rand.Rand
	program
}

func generate(seed uint64, p program, n int) []step {
	g := generator{rand.New(rand.NewPCG(seed, 0)), p}
	var list []step
	if !p.service {
		list = g.begin()
	}
	for len(list) < n {
		list = append(list, g.some()...)
	}
	return list
}

func (g generator) begin() []step {
	switch g.IntN(4) {
	case 0:
		return []step{{command: "starti"}}
	case 1:
		return []step{{command: "tbreak " + g.place()}, g.moving("run")}
	default:
		return []step{{command: "start"}}
	}
}

// moving returns a command that may take long.
func (g generator) moving(format string, args ...any) step {
	after := []time.Duration{20, 200, 1500}
	if g.service {
		after = []time.Duration{5, 50, 300}
	}
	return step{fmt.Sprintf(format, args...), after[g.IntN(len(after))] * time.Millisecond}
}

func one[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

// place returns an address to break at, or to run to.
func (g generator) place() string {
	if len(g.inside) > 0 && g.IntN(3) == 0 {
		return one(g, g.inside...)
	}
	if len(g.functions) == 0 || g.IntN(8) == 0 {
		return one(g, "main", "malloc", "clock_gettime", "write", "pthread_create")
	}
	if g.IntN(2) == 0 {
		return one(g, g.functions...)
	}
	return one(g, g.lines...)
}

func (g generator) condition() string {
	if g.IntN(3) > 0 {
		return ""
	}
	return " if " + one(g, "0", "1", "$rsp == 1", "$rax & 1", "$rip > 0x1000", "no_such_name")
}

// some returns the next command or two.
func (g generator) some() []step {
	single := func(format string, args ...any) []step { return []step{{command: fmt.Sprintf(format, args...)}} }
	moving := func(format string, args ...any) []step { return []step{g.moving(format, args...)} }
	switch n := g.IntN(100); {
	case n < 36:
		return moving("%s", one(g, "next", "next", "next 3", "step", "step 4", "stepi", "stepi 20", "stepi 700", "nexti", "nexti 10", "next 40", "stepi --inside 5"))
	case n < 44:
		return moving("%s", one(g, "finish", "until", "up", "finish", "down"))
	case n < 48:
		return moving("%s %s", one(g, "advance", "until"), g.place())
	case n < 56:
		return moving("%s", one(g, "continue", "continue", "continue 5"))
	case n < 68:
		b := one(g, "break", "break", "tbreak", "hbreak", "thbreak") + " " + g.place()
		if g.IntN(8) == 0 {
			b += fmt.Sprintf(" thread %d", 1+g.IntN(3))
		}
		return single("%s%s", b, g.condition())
	case n < 71:
		if len(g.variables) == 0 {
			return single("watch main")
		}
		return single("%s %s%s", one(g, "watch", "watch", "rwatch", "awatch"), one(g, g.variables...), g.condition())
	case n < 76:
		return single("%s %d", one(g, "delete", "delete", "disable", "enable"), 1+g.IntN(12))
	case n < 80:
		return single("set inside %s", one(g, "on", "off"))
	case n < 86:
		return moving("%s", one(g, "inject", "abort", "abort at 2", "abort at 4"))
	case n < 89:
		return single("thread %d", 1+g.IntN(5))
	case n < 95:
		return single("%s", one(g, "backtrace", "info rseq", "info rseq ops", "info threads", "info registers", "info breakpoints", "x/6i $pc", "print $rseq_inside", "thread apply all backtrace", "info locals", "frame 1", "list"))
	case n < 97:
		return []step{{command: "detach"}, {command: "attach " + pid}}
	case g.service:
		return moving("stepi 200")
	case n < 98:
		return single("kill")
	default:
		return moving("run")
	}
}

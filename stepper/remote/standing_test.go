package remote

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// besideStock runs a gdb script with our server and with stock gdbserver, the oracle, and
// fails unless gdb's output is the same. CONNECT is as for gdb.
func besideStock(t *testing.T, bin, program, args, script string) {
	t.Helper()
	stock := tabletest.NeedTool(t, "gdbserver")
	var said [2]string
	for i, server := range []string{bin + " gdbserver - ", stock + " --once - "} {
		connect := fmt.Sprintf("target remote | %s%s %s\necho [\n", server, program, args)
		_, out, _ := strings.Cut(gdbRuns(t, program, strings.ReplaceAll(script, "CONNECT", connect)), "[")
		// The process id, the stack addresses of its arguments, and a handler's argument
		// before the prologue has stored it differ.
		said[i] = regexp.MustCompile(`process \d+|0x7f[0-9a-f]+|sig=-?\d+`).ReplaceAllString(out, "")
	}
	if said[0] != said[1] {
		t.Errorf("on our server:\n%s\non stock gdbserver:\n%s", said[0], said[1])
	}
}

// A thread that resumes from an address with a breakpoint hits it if gdb has left it
// inserted: gdb itself steps threads off breakpoints.
func TestGDBMeetsTheBreakpointThatAThreadStandsAt(t *testing.T) {
	line := func(text string) int { return tabletest.Line(t, "standing.c", text) }
	first, second, third, last := line("n += 2"), line("n += 4"), line("n += 8"), line("n += 16")
	const (
		alarm = "python import os; os.kill(gdb.selected_inferior().pid, 14)\n"
		usr1  = "python import os; os.kill(gdb.selected_inferior().pid, 10)\n"
	)
	at := func(command string, line int) string { return fmt.Sprintf("%s %d\n", command, line) }
	from := at("break", first) + "continue\n"
	rows := map[string]struct{ args, script string }{
		"jump":                              {"", from + at("break", third) + at("jump", third) + "next\n"},
		"jump to a temporary one":           {"", from + at("tbreak", third) + at("jump", third) + "next\n"},
		"jump to a hardware one":            {"", from + at("hbreak", third) + at("jump", third) + "next\n"},
		"jump to one with a condition":      {"", from + at("break", third) + "condition 2 n == 1\n" + at("jump", third)},
		"jump to one with a false one":      {"", from + at("break", third) + "condition 2 n == 100\n" + at("jump", third)},
		"set $pc":                           {"", from + at("break", third) + "python gdb.execute('set $pc = %d' % gdb.decode_line('" + fmt.Sprint(third) + "')[1][0].pc)\ncontinue\n"},
		"next, an ignored signal pending":   {"", from + at("break", last) + alarm + "next\nnext\n"},
		"stepi, an ignored signal pending":  {"", from + at("break", last) + alarm + "stepi\nx/i $pc\nnext\n"},
		"nexti, an ignored signal pending":  {"", from + at("break", last) + alarm + "nexti\nx/i $pc\nnext\n"},
		"next, a handled signal pending":    {"", from + usr1 + "next\nnext\nnext\np handled\n"},
		"false conditions beside":           {"", from + at("break", second) + "condition 2 0\n" + at("break", third) + "continue\n"},
		"stepi at the program's own int3":   {"trap", "break *trap\ncontinue\nstepi\nx/i $pc\nstepi\nx/i $pc\n"},
		"next at the program's own int3":    {"trap", "break *trap\ncontinue\nnext\nnext\n"},
		"a false condition at its own int3": {"trap", "break *trap if 0\n" + at("break", last) + "continue\n"},
	}
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "standing.c"})
	for _, name := range tabletest.SomeKeys(t, 5, rows) {
		t.Run(name, func(t *testing.T) { besideStock(t, bin, program, rows[name].args, "CONNECT"+rows[name].script) })
	}
}

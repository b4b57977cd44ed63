package expr_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/expr"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// program is a fixture stopped at a location, twice: in gdb, which has already
// run every command, and in a core file for this package.
type program struct {
	core    *core
	answers []string // gdb's, one per command
	ctx     *expr.Context
	set     *symbols.Set

	regs     machine.Regs // at the stop
	warnings []string     // the symbols' warnings
}

// compile builds src in dir and returns the program's path.
func compile(t testing.TB, dir, src string, flags ...string) string {
	t.Helper()
	tool := "gcc"
	if filepath.Ext(src) == ".cc" {
		tool = "g++"
	}
	exe := filepath.Join(dir, "prog")
	cmd := exec.Command(tabletest.NeedTool(t, tool), append(append([]string{"-w", "-o", exe}, flags...), src, "-lm")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return exe
}

// oracle runs exe in gdb to a breakpoint, writes a core file and runs the
// commands in gdb one after the other.
func oracle(t testing.TB, exe, location string, commands []string) *program {
	t.Helper()
	gdb := tabletest.NeedTool(t, "gdb")
	dir := t.TempDir()
	list, err := json.Marshal(commands)
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(`
set confirm off
set pagination off
set width 0
set breakpoint pending on
set debuginfod enabled off
break %s
run >/dev/null
set use-coredump-filter off
generate-core-file %s/core
python
import json
answers = []
for c in json.loads(%q):
    try:
        answers.append(gdb.execute(c, to_string=True))
    except gdb.error as e:
        answers.append("error: " + str(e))
open("%s/answers", "w").write(json.dumps(answers))
end
kill
`, location, dir, list, dir)
	path := filepath.Join(dir, "script")
	if err := os.WriteFile(path, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(gdb, "-q", "-nx", "-batch", "-x", path, exe)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "answers"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var answers []string
	if err := json.Unmarshal(data, &answers); err != nil {
		t.Fatal(err)
	}
	p := &program{core: openCore(t, filepath.Join(dir, "core"))}
	for _, a := range answers {
		p.answers = append(p.answers, strings.TrimSuffix(a, "\n"))
	}
	p.load(t, p.core.modules)
	return p
}

// load resets p to the modules' symbols and the memory and registers of the
// core file.
func (p *program) load(t testing.TB, modules []*table.Module) {
	t.Helper()
	if p.warnings, p.core.written = nil, map[table.Addr]byte{}; p.set == nil {
		p.regs = p.core.regs
	}
	p.core.regs = p.regs
	p.set = symbols.New(symbols.Options{Warn: func(s string) { p.warnings = append(p.warnings, s) }})
	p.set.Reload(modules)
	p.ctx = &expr.Context{
		Frames: p.set.Frames(&p.core.regs, p.core, 20), Mem: p.core, Source: p.set, Session: expr.NewSession(),
		Write:     p.core.WriteMemory,
		WriteRegs: func(r *machine.Regs) error { p.core.regs = *r; return nil },
		XState:    func() ([]byte, error) { return p.core.xstate, nil },
	}
	if len(p.ctx.Frames) == 0 {
		t.Fatalf("no frames at %#x", p.core.regs.W[amd64.RIP])
	}
}

// check runs the commands here, in order, and compares with gdb's answers.
func (p *program) check(t testing.TB, commands []string) {
	t.Helper()
	for i, c := range commands {
		if c == "" {
			continue
		}
		got, want := p.run(c), p.answers[i]
		if word, _, _ := strings.Cut(c, " "); word == "up" || word == "down" || word == "frame" || word == "set" {
			continue
		}
		if got, want = spelled(strip(got)), spelled(strip(want)); got != want {
			got, want = differing(got, want)
			t.Errorf("%s\n got %s\nwant %s", c, got, want)
		}
	}
}

// differing are the lines of two texts that are different, of as many lines each.
func differing(got, want string) (string, string) {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(a) != len(b) {
		return got, want
	}
	var c, d []string
	for n := range a {
		if a[n] != b[n] {
			c, d = append(c, a[n]), append(d, b[n])
		}
	}
	return strings.Join(c, "\n"), strings.Join(d, "\n")
}

// run executes a gdb command with this package.
func (p *program) run(command string) string {
	said := ""
	p.ctx.Warn = func(text string) { said += "warning: " + text + "\n" }
	text, err := p.command(command)
	if err != nil {
		return said + text + "error: " + err.Error()
	}
	return said + text
}

func (p *program) command(command string) (string, error) {
	word, rest, _ := strings.Cut(strings.Replace(command, " /", "/", 1), " ")
	name, format, _ := strings.Cut(word, "/")
	c := p.ctx
	switch {
	case name == "up" || name == "down" || name == "frame":
		n := c.Selected
		fmt.Sscan(rest, &n)
		switch name {
		case "up":
			n++
		case "down":
			n--
		}
		c.Selected = n
		return "", nil
	case name == "set":
		rest = strings.TrimPrefix(rest, "var ")
	case command == "info locals" || command == "info args":
		return p.list(command == "info args")
	case name == "x":
		f, err := c.Session.ExamineFormat(format, rest == "")
		if err != nil {
			return "", err
		}
		addr := table.Addr(0)
		if rest == "" {
			addr, err = c.Session.ExamineNext()
		} else {
			var v expr.Value
			if v, err = c.Evaluate(rest); err == nil {
				addr, err = c.ExamineAddress(v)
			}
		}
		if err != nil {
			return "", err
		}
		return c.ExamineMemory(addr, f, nil)
	}
	defer func(old expr.Options) { c.Session.Options = old }(c.Session.Options)
	rest = printOptions(&c.Session.Options, rest)
	e, err := c.Parse(rest)
	if err != nil {
		return "", err
	}
	switch name {
	case "whatis", "ptype":
		show := c.Whatis
		if name == "ptype" {
			show = c.Ptype
		}
		s, err := show(e)
		if err != nil {
			return "", err
		}
		return "type = " + s, nil
	}
	f, err := expr.PrintFormat(format)
	if err != nil {
		return "", err
	}
	v, err := c.Eval(e)
	if err != nil {
		return "", err
	}
	n, v, err := c.Record(v)
	if err != nil {
		return "", err
	}
	s, err := c.Print(v, f)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$%d = %s", n, s), nil
}

// printOptions sets the options before an expression, "-elements 3 -object -- x", and returns it.
func printOptions(o *expr.Options, text string) string {
	before, after, ok := strings.Cut(text, " -- ")
	if !ok {
		return text
	}
	words := strings.Fields(before)
	for n, word := range words {
		if strings.HasPrefix(word, "-") {
			value := 1
			if n+1 < len(words) && !strings.HasPrefix(words[n+1], "-") {
				value, _ = strconv.Atoi(words[n+1]) // "off" is 0
			}
			switch word {
			case "-elements":
				o.Elements = value
			case "-repeats":
				o.Repeats = value
			case "-max-depth":
				o.Depth = value
			case "-array-indexes":
				o.ArrayIndexes = value != 0
			case "-address":
				o.Address = value != 0
			case "-null-stop":
				o.NullStop = value != 0
			case "-pretty":
				o.Pretty = value != 0
			case "-array":
				o.Arrays = value != 0
			case "-object":
				o.Object = value != 0
			case "-raw-values":
				o.Raw = value != 0
			default:
				panic(word)
			}
		}
	}
	return after
}

func (p *program) list(args bool) (string, error) {
	show, none := p.ctx.Locals, "No locals."
	if args {
		show, none = p.ctx.Args, "No arguments."
	}
	list, err := show()
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return none, nil
	}
	var lines []string
	for _, v := range list {
		lines = append(lines, v.Name+" = "+p.ctx.Text(v, expr.Format{}))
	}
	return strings.Join(lines, "\n"), nil
}

// strip removes the history's number: a command with a known difference shifts
// all later ones.
func strip(answer string) string {
	head, value := "", answer
	if warning, rest, ok := strings.Cut(answer, "\n"); ok && strings.HasPrefix(warning, "warning: ") {
		head, value = warning+"\n", rest
	}
	if number, rest, ok := strings.Cut(value, " = "); ok && strings.HasPrefix(number, "$") {
		return head + rest
	}
	return answer
}

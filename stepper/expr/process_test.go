package expr_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// expect compares the results of commands with the given ones.
func (p *program) expect(t *testing.T, want ...string) {
	t.Helper()
	for i := 0; i+1 < len(want); i += 2 {
		if got := strip(p.run(want[i])); got != want[i+1] {
			t.Errorf("%s\n got %s\nwant %s", want[i], got, want[i+1])
		}
	}
}

// idle is a command for gdb if a test needs only the core file.
func idle() []string { return []string{"print 1"} }

func TestThreadLocalsOfAStaticProgram(t *testing.T) {
	p := oracle(t, compile(t, t.TempDir(), "testdata/types.c", "-g", "-static"), "stop", idle())
	p.expect(t, "print tl", "77", "print tl2", "0", "print *&tl", "77")
}

func TestThreadLocalsOfALibrary(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	lib := write("lib.c", "__thread int first = 5; static __thread long mine = 6;\n"+
		"void stop(void) { __asm__ volatile(\"\" ::: \"memory\"); }\nvoid run(void) { mine++; first += mine; stop(); }\n")
	exe := write("main.c", "__thread int own = 3; void run(void); int main(void) { own++; run(); return own; }\n")
	so := filepath.Join(dir, "libtls.so")
	gcc := tabletest.NeedTool(t, "gcc")
	if out, err := exec.Command(gcc, "-g", "-shared", "-fPIC", "-o", so, lib).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	prog := compile(t, dir, exe, "-g", "-Wl,--no-as-needed", so, "-Wl,-rpath,"+dir)
	p := oracle(t, prog, "stop", idle())
	p.expect(t, "print first", "12", "print mine", "7", "print own", "4", "print first = 20", "20", "print first", "20")
}

func TestWhereWeDifferFromGDBOnPurpose(t *testing.T) {
	p := oracle(t, compile(t, t.TempDir(), "testdata/optimized.c", "-g", "-O2"), "stop", idle())
	for range p.ctx.Frames[1:5] {
		p.run("up")
		if p.ctx.Frames[p.ctx.Selected].Function == "main" {
			break
		}
	}
	p.expect(t,
		"print $rax", "<not saved>", // gdb shows the callee's value
		"print $xmm0.v4_int32", "<not saved>",
		"print $rax = 1", "error: A register of a calling frame cannot be written; select the innermost frame.",
		"print argc", "1", // past main, by the C library's call site
		"print main", "{int (int, char **)} "+p.ctx.AddressText(p.ctx.Frames[p.ctx.Selected].Entry),
	)
	p.ctx.Selected = 0
	p.expect(t, "print (__int128) 1 << 65", "36893488147419103232", "print stop(1)", "error: The program's functions cannot be called from an expression.")
}

func TestConditionIsFreshAtEveryStop(t *testing.T) {
	p := oracle(t, compile(t, t.TempDir(), "testdata/types.c", "-g"), "stop", idle())
	e, err := p.ctx.Parse("x == 19 && g.b1 == 5 && count300[x] == 19")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set  string
		want bool
	}{{"1", true}, {"g.b1 = 4", false}, {"g.b1 = 5", true}, {"x = 3", false}} {
		if _, err := p.ctx.Evaluate(c.set); err != nil {
			t.Fatal(err)
		}
		later := *p.ctx // a new stop: only the session is kept
		if got, err := later.True(e); err != nil || got != c.want {
			t.Errorf("after %s: %v, %v; want %v", c.set, got, err, c.want)
		}
	}
}

func TestWatchSaysWhereToLook(t *testing.T) {
	p := oracle(t, compile(t, t.TempDir(), "testdata/types.c", "-g"), "stop", idle())
	address := func(text string) table.Addr {
		e, err := p.ctx.Parse("&" + text)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.ctx.Integer(e)
		if err != nil {
			t.Fatal(err)
		}
		return table.Addr(n)
	}
	for _, c := range []struct {
		text  string
		bytes int64
		local bool
	}{{"st", 4, false}, {"g.in.b", 8, false}, {"m2[1][2]", 4, false}, {"x", 4, true}, {"count300[x]", 4, true}, {"*gp", 112, false}} {
		e, err := p.ctx.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		w, err := p.ctx.Watch(e)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if w.Addr != address(c.text) || w.Len != c.bytes || (w.Frame != 0) != c.local {
			t.Errorf("%s: %+v; want %d bytes at %v, local %v", c.text, w, c.bytes, address(c.text), c.local)
		}
	}
	for text, want := range map[string]string{
		"x + 1": "Cannot watch constant value `x + 1'.", "7": "Cannot watch constant value `7'.",
		"$rax": "Cannot watch a value that is in a register: it has no address."} {
		e, err := p.ctx.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.ctx.Watch(e); err == nil || err.Error() != want {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
}

func TestDisplayShowsAsItWasAskedFor(t *testing.T) {
	p := oracle(t, compile(t, t.TempDir(), "testdata/types.c", "-g"), "stop", idle())
	dis := func(a table.Addr) (string, int, error) { return "nop", 1, nil }
	pc := p.ctx.AddressText(p.ctx.Frames[0].PC)
	for _, c := range []struct{ format, text, want string }{
		{"", "x", "1: x = 19"},
		{"x", "x", "1: /x x = 0x13"},
		{"", "g.in.s", "1: g.in.s = "},
		{"i", "$pc", "1: x/i $pc\n=> " + pc + ":\tnop"},
		{"2dw", "m2", "1: x/2dw m2\n" + p.run("print/a &m2")[5:] + ":\t1\t2"},
		{"s", "s40", "1: x/s s40\n" + p.run("print/a &s40")[5:] + ":\t\"hello\""},
	} {
		d, err := p.ctx.NewDisplay(1, c.format, c.text)
		if err != nil {
			t.Fatal(err)
		}
		got, ok, err := p.ctx.Show(d, dis)
		if err != nil || !ok || !strings.HasPrefix(got, c.want) {
			t.Errorf("display/%s %s: %v %v\n got %s\nwant %s", c.format, c.text, ok, err, got, c.want)
		}
		p.ctx.Selected++
		_, ok, _ = p.ctx.Show(d, dis)
		p.ctx.Selected--
		if want := c.text != "x"; ok != want {
			t.Errorf("display %s in the caller's frame: shown %v, want %v", c.text, ok, want)
		}
	}
}

func TestLimitOfElementsCuts(t *testing.T) {
	p := oracle(t, compile(t, t.TempDir(), "testdata/types.c", "-g"), "stop", idle())
	p.ctx.Session.Options.Elements = 5
	p.expect(t, "print count300", "{0, 1, 2, 3, 4...}", "print s40", `"hello"...`, "print long250", `"abcde"...`)
}

func TestGoValuesReadAsGo(t *testing.T) {
	dir := t.TempDir()
	exe := filepath.Join(dir, "prog")
	cmd := exec.Command(tabletest.NeedTool(t, "go"), "build", "-gcflags=all=-N -l", "-o", exe, "./testdata/gomain")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := oracle(t, exe, "main.stop", idle())
	p.expect(t, "print x", "14", "print counter", "42", "print main.counter", "42", "print main.counter + x", "56")
	p.run("up")
	p.expect(t,
		"print s", `"hello\n"`,
		"print xs", "[]int len: 3, cap: 3, {1, 2, 3}",
		"print xs[1]", "2",
		"print xs[3]", "error: index 3 is outside of a slice of 3",
		"print n.name", `"first"`,
		"print n.next.name", `"second"`,
		"print n.pts", "[]main.point len: 2, cap: 2, {{X = 1, Y = 2}, {X = 3, Y = 4}}",
		"print n.pts[1].Y", "4",
		"print ok", "true",
		"print f", "1.5",
		"print arr", "{4, 5, 6}",
		"print k == 7", "true",
		"print pt", "{X = 1, Y = 2}",
		"print pt.Y", "2",
		"whatis n", "type = main.node *",
		"print s == 1", "error: Structure has no component named operator==.",
	)
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// mark precedes each command's answer.
const mark = "@@@"

// ask sends commands to the debugger and returns its answer to each, including errors.
func ask(t *testing.T, bin, program string, commands []string) []string {
	t.Helper()
	var in bytes.Buffer
	for _, c := range commands {
		fmt.Fprintf(&in, "echo %s\\n\n%s\n", mark, c)
	}
	cmd := exec.Command(bin, "-e", "set confirm off", program)
	cmd.Stdin = &in
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // some of the commands fail
		t.Fatal(err)
	}
	return answers(t, string(out), commands)
}

// cannotCall is gdb 13's answer to every call on a processor with AMX: it writes less
// than the kernel's extended state (PTRACE_SETREGSET: EFAULT).
const cannotCall = "Couldn't write extended state status"

// askGDB does the same with gdb. If gdb cannot call by itself, our server writes the
// registers for it; gdb still decides which, and with what.
func askGDB(t *testing.T, bin, program string, commands []string) []string {
	t.Helper()
	got := gdbSays(t, program, "", commands)
	if strings.Contains(strings.Join(got, "\n"), cannotCall) {
		return gdbSays(t, program, fmt.Sprintf("set sysroot /\ntarget extended-remote | %s gdbserver --multi -\nset remote exec-file %s\n", bin, program), commands)
	}
	return got
}

func gdbSays(t *testing.T, program, first string, commands []string) []string {
	t.Helper()
	list, err := json.Marshal(commands)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "script")
	text := fmt.Sprintf(`
set confirm off
set width 0
set debuginfod enabled off
set debug-file-directory /nonexistent
%spython
import json
for c in json.loads(%q):
    print(%q, flush=True)
    try:
        gdb.execute(c)
    except gdb.error as e:
        print(e, flush=True)
print(%q, flush=True)
end
`, first, list, mark, mark)
	if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tabletest.NeedTool(t, "gdb"), "-q", "-nx", "-batch", "-x", script, program)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	said, _, _ := cutLast(string(out), mark)
	return answers(t, said, commands)
}

// cutLast is strings.Cut around the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func answers(t *testing.T, out string, commands []string) []string {
	t.Helper()
	parts := strings.Split(out, mark+"\n")[1:]
	if len(parts) != len(commands) {
		t.Fatalf("%d answers to %d commands:\n%s", len(parts), len(commands), out)
	}
	// Paths are shortened differently. Addresses of the stack and of the heap differ, and so do process numbers.
	number := regexp.MustCompile(`^\$\d+ = `)
	source := regexp.MustCompile(`/\S*/calls\.(cc?)\b`)
	vary := regexp.MustCompile(`0x7f[0-9a-f]{10}|0xffff[0-9a-f]{8}|0x(5555|aaaa)[0-9a-f]{8} "|process \d+`)
	// Newer gdbs call the setting by its other name, and where it is on they do
	// not show the stop that is undone at once.
	undone := []*regexp.Regexp{
		regexp.MustCompile(`(?s)^Program received signal (\w+), .*GDB has restored the context .*\((\w+)\) will be abandoned\.$`),
		regexp.MustCompile(`(?s)^The program being debugged received signal (\w+), .*GDB has restored the context\s.*\((\w+)\) will be abandoned\.$`),
	}
	for i := range parts {
		parts[i] = strings.TrimSuffix(parts[i], "(More stack frames follow...)\n")
		parts[i] = source.ReplaceAllString(parts[i], "calls.$1")
		parts[i] = number.ReplaceAllString(parts[i], "")
		parts[i] = vary.ReplaceAllString(strings.TrimSpace(parts[i]), "*")
		parts[i] = strings.ReplaceAll(parts[i], "unwind-on-signal", "unwindonsignal")
		for _, u := range undone {
			parts[i] = u.ReplaceAllString(parts[i], "$1 in $2, undone")
		}
	}
	return parts
}

// sameAsGDB compares the answers to the commands after those of setup.
func sameAsGDB(t *testing.T, bin, program string, setup, commands []string) {
	t.Helper()
	all := append(append([]string(nil), setup...), commands...)
	got, want := ask(t, bin, program, all), askGDB(t, bin, program, all)
	for i, c := range all {
		if i >= len(setup) && got[i] != want[i] {
			t.Errorf("%s\n got %s\nwant %s", c, got[i], want[i])
		}
	}
}

// calls are commands at the marker of testdata/calls.c.
func calls() []string {
	return []string{
		"print ints(-1, -2, -3, -4, 200, 60000, 4000000000, 5000000000)", "print ints('a', 2, 3, 4, 5, 6, 7, 8)",
		"print ints(1.9, 2.5, 3, 4, 300, 70000, -1, -1)",
		"print doubles(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)", "print doubles(1.5f, 2.25, 3, 4, 5, 6, 7, 8, 9.5f, 0.125)",
		"print longs(1, 2, 3, 4.5)", "print longs(1, wide.l, 3, 4)",
		"print schar(200)", "print uchar(-1)", "print shrt(70000)", "print truth(0)",
		"print next(red)", "print next(green)", "print next(0)", "print halve(3)", "print halve(global)",

		"print nothing()", "call nothing()", "call nothing", "print calls",
		"print single(one)", "print triple(abc)", "print swap(point)", "print swap(pairs[1])", "print mix(mixture)",
		"print rotate(three)", "print nested(nest)", "print bitty(bits)", "print grow(5, large, 6)", "print unaligned(packed)",
		"print widen(wide)", "print twice(number)", "print swap(swap(point))", "print swap(point).x + 1",
		"print square(z)", "print conjugate(zf)",
		"print seven(point, large, mixture, point, point, point, point, point)",
		"print same(0)", "print length(\"hello, world\")", "print length(find(\"a,b,c\", ','))", "print *find(\"xyz\", 'y')",
		"print length(same(\"abc\")) + length(\"de\")", "print same(\"abc\")[1]",
		"print apply(twofold, 21)", "print apply(pointer, 4)", "print apply(&twofold, 3)", "print pointer(5)", "print (*pointer)(6)", "print (&twofold)(7)",
		"print sum(2, 3, 4.5)", "print sum(4, 1, 2.5f, 'a', 0.5)", "print sum(12, 1, 1.0, 1, 1.0, 1, 1.0, 1, 1.0, 1, 1.0, 1, 1.0)",
		"print old(1.5, 2, 3)", "print old(2, 'a', 70000)", "print stack()", "print deep(10)", "print deep(deep(3))",
		"print twofold()", "print twofold(1, 2)", "print nosuch(1)", "print point(1)", "print global = twofold(4)", "print global", "print twofold(global++)", "print global",
		"print array[twofold(1)]", "print twofold(array[1])", "output twofold(4)", "call twofold(4)", "call 3", "call global = 9", "call (void)0", "print $", "call", "print $_exitcode",
		"print getpid()", "print (int)getpid() > 1", "print ((int (*)(void))getpid)() > 1", "print (int)strlen(\"abc\")", "print (char)toupper('a')",
		"print ((long double (*)(const char *, char **))strtold)(\"2.5\", 0)", "print ((double (*)(const char *))atof)(\"-2.5\")",
		"whatis twofold(1)", "whatis swap(point)", "ptype swap(point)", "ptype same(0)", "whatis nothing()", "print sizeof(grow(1, large, 2))", "whatis swap(point).x", "whatis twofold(calls++)", "print calls",
		"print swap(point).x = 3", "print &swap(point)", "print clobber()", "printf \"%d %s\\n\", twofold(4), same(\"abc\")", "print/x twofold(8)", "output/x twofold(8)", "print twofold(1) == 2 && twofold(2) == 4", "print 1 ? twofold(1) : fails(0)",
		"print twofold + 1", "print twofold", "print *twofold",
	}
}

func TestCallsAnswerAsGDB(t *testing.T) {
	tabletest.NeedPtrace(t)
	bin := tabletest.Command(t)
	for _, flag := range []string{"-O0", "-O2"} {
		t.Run(flag, func(t *testing.T) {
			program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{flag}})
			sameAsGDB(t, bin, program, []string{"break marker", "run", "up"}, calls())
		})
	}
}

// abandoned are commands at the marker of testdata/calls.c with calls that do
// not return.
func abandoned() []string {
	return []string{
		"break twofold", "print deep(2)", "bt 5", "finish", "bt 4", "print deep(1)", "print twofold(9)", "print twofold(1)",
		"print global", "up", "up", "info locals", "frame 0", "delete 2", "continue", "continue", "bt 5", "continue", "bt 3", "finish", "finish", "bt 2",
		"break twofold", "print twofold(4)", "stepi", "finish", "print twofold(5)", "next", "bt 1", "next", "print twofold(3)", "call nothing()", "delete 3", "finish", "bt 1",
		"print fails(0)", "bt 2", "frame", "set unwindonsignal on", "print fails(0)", "bt 3", "call fails(0)", "set unwindonsignal off",
		"tbreak twofold", "print deep(0)", "finish", "frame",
		"print ends(3)", "print $_exitcode", "print twofold(1)", "call nothing()", "bt",
	}
}

func TestAbandonedCallsAnswerAsGDB(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-O0"}})
	sameAsGDB(t, tabletest.Command(t), program, []string{"break marker", "run", "up"}, abandoned())
}

// methods are commands at the marker of testdata/calls.cc.
func methods() []string {
	return []string{
		"print ns::add(1, 2)", "print ns::add(1.5, 2.5)", "print d.get()", "print base->get()", "print pp->sum(2)",
		"print pod.sum(1)", "print make(3, 4.5)", "print make(3, 4.5).x", "print base->virt(1)", "print d.virt(2)",
		"print d.second()", "print other->second()", "print other->other(2)", "print d.other(2)", "print d.Base::get()",
		"print Base::stat(4)", "print d.stat(4)", "print d.over(1)", "print d.over(1.5)", "print d.set(20)",
		"print d.d", "print d.set(10)", "print wrap(5)", "print wrap(5).v", "print byref(pod, 2)",
		"print pod.x", "print byref(*pp, 1)", "print viaconst(pod)", "print viaconst(make(8, 1))", "print refto(&global)",
		"print refto(&global) = 8", "print global", "print ptr(base)", "print ptr(&d)", "print overload(1)",
		"print overload(\"x\")", "print overload(pp)", "print flag(true)", "print flag(false)", "print flag(3 == 3)",
		"print catches(1)", "print throws(0)", "print kind(Kind::A)", "print kind(Kind::B)", "print d.nosuch(1)",
		"print nosuch(1)", "print d.over()", "ptype d.get()", "whatis make(1,2)",
	}
}

func TestCxxCallsAnswerAsGDB(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.cc", Flags: []string{"-O0"}})
	bin := tabletest.Command(t)
	sameAsGDB(t, bin, program, []string{"break marker", "run", "up"}, methods())

	// Where gdb 13 refuses, takes the address of nothing, or calls by the table
	// of virtual functions what C++ does not.
	got := ask(t, bin, program, []string{"break marker", "run", "print ns::only(4)", "print ns::only(global)", "print unwrap(nt)", "print throws(1)", "bt 1", "print d.Base::virt(2)"})[2:]
	for i, want := range []string{"5", "7", "The function takes a Nontrivial by value, which only its own constructor can copy.", "std::terminate", "#0  marker ()", "3"} {
		if !strings.Contains(got[i], want) {
			t.Errorf("got %q, want %q", got[i], want)
		}
	}
}

// What gdb 13 passes wrongly or not at all is checked against the C program.
func TestCallsThatGDBCannotMake(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c"})
	asked := []string{"print truth(5)", "print big(huge, 1, 2) == huge + 3", "print add4(four, four)", "print both(several).i", "print strlen(\"abc\")", "print ((unsigned long (*)(const char *))strlen)(\"four\")"}
	got := ask(t, tabletest.Command(t), program, append([]string{"break marker", "run"}, asked...))[2:]
	for i, want := range []string{"true", "1", "{2, 4, 6, 8}", "1", "'strlen' has unknown return type; cast the call to its declared return type", "4"} {
		if got[i] != want {
			t.Errorf("%s: got %q, want %q", asked[i], got[i], want)
		}
	}
}

func TestGoFunctionsAreLeftToDelve(t *testing.T) {
	tabletest.NeedPtrace(t)
	got := ask(t, tabletest.Command(t), tabletest.BuildGo(t, "gotime", true), []string{"break main.main", "run", "call main.main()"})
	if !strings.Contains(got[2], "rseqstep dlv") {
		t.Errorf("got %q", got[2])
	}
}

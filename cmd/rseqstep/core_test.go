package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// coreCrew builds the program of eight threads that are inside sections.
func coreCrew(t *testing.T) string {
	tabletest.NeedRseq(t)
	return tabletest.Build(t, tabletest.Fixture{Source: "corecrew.c", Flags: []string{"-pthread"}})
}

// gdbSaysOf returns gdb's output about a core file, or about a program.
func gdbSaysOf(t *testing.T, commands []string, words ...string) string {
	t.Helper()
	args := []string{"-nx", "-q", "-batch", "-ex", "set debuginfod enabled off", "-ex", "set width 0", "-ex", "set backtrace past-main on"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	out, err := exec.Command(tabletest.NeedTool(t, "gdb"), append(args, words...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	return string(out)
}

// gdbCore is a core file that gdb's generate-core-file writes of the program where it faults.
func gdbCore(t *testing.T, program string) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	path := filepath.Join(t.TempDir(), "core")
	out := gdbSaysOf(t, []string{"run", "generate-core-file " + path}, program)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("gdb wrote no core file: %v\n%s", err, out)
	}
	return path
}

// cores returns core files of the program, one from each tool that can write one.
func eachCore(t *testing.T, do func(t *testing.T, program, core string)) {
	program := coreCrew(t)
	t.Run("gdb", func(t *testing.T) { do(t, program, gdbCore(t, program)) })
	t.Run("kernel", func(t *testing.T) {
		tabletest.NeedKernelCores(t)
		do(t, program, tabletest.KernelCore(t, program))
	})
}

// onCore returns rseqstep's output and exit status.
func onCore(t *testing.T, commands []string, words ...string) (text string, status int) {
	t.Helper()
	args := []string{"--batch"}
	for _, c := range commands {
		args = append(args, "-e", c)
	}
	cmd := exec.Command(tabletest.Command(t), append(args, words...)...)
	out, _ := cmd.CombinedOutput()
	if strings.Contains(string(out), "goroutine ") || strings.Contains(string(out), "internal error") {
		t.Fatalf("%q %q:\n%s", commands, words, out)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

var (
	threadLine = regexp.MustCompile(`^Thread \d+ \(Thread (?:\S+ \(LWP )?(\d+)\)*.*:$`)
	frameLine  = regexp.MustCompile(`^#(\d+) +(?:0x0*([0-9a-f]+) (?:\[PAC\] )?in )?(\S+) \((.*)\)(?: (?:at|from) (\S+))?$`)
	crewFuncs  = regexp.MustCompile(`^(fault|odd|even|through|work|main)$`)
)

// perThread takes the output of "thread apply all" apart: lines by thread id.
func perThread(text string, line func(string) string) map[string][]string {
	found, tid := map[string][]string{}, ""
	for _, l := range strings.Split(text, "\n") {
		if m := threadLine.FindStringSubmatch(strings.TrimSpace(l)); m != nil {
			tid = m[1]
			continue
		}
		if s := line(l); s != "" && tid != "" {
			found[tid] = append(found[tid], s)
		}
	}
	return found
}

// frameOf is a line of a backtrace as both debuggers have it: number, address and
// function, and of the program's own functions the arguments and the line.
func frameOf(line string) string {
	m := frameLine.FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	if !crewFuncs.MatchString(m[3]) {
		return fmt.Sprintf("#%s %s %s", m[1], m[2], m[3])
	}
	return fmt.Sprintf("#%s %s %s (%s) %s", m[1], m[2], m[3], m[4], filepath.Base(m[5]))
}

// shownRegisters are some that both debuggers know.
func shownRegisters() string {
	if runtime.GOARCH == "arm64" {
		return "pc sp x0 x29 x30 cpsr fpsr tpidr"
	}
	return "rip rsp rax rbx eflags fs_base"
}

func registerOf(line string) string {
	if f := strings.Fields(line); len(f) > 1 && slices.Contains(strings.Fields(shownRegisters()), f[0]) {
		return f[0] + " " + f[1]
	}
	return ""
}

// Every thread's frames and registers are those that gdb shows of the same core, and
// `info rseq` names the section that each stood in.
func TestCoreIsShownAsGdbShowsIt(t *testing.T) {
	eachCore(t, func(t *testing.T, program, core string) {
		for _, row := range []struct {
			command string
			line    func(string) string
		}{{"thread apply all bt", frameOf}, {"thread apply all info registers " + shownRegisters(), registerOf}} {
			want := perThread(gdbSaysOf(t, []string{row.command}, program, core), row.line)
			out, status := onCore(t, []string{row.command}, program, core)
			got := perThread(out, row.line)
			if len(want) != 8 || status != 0 {
				t.Fatalf("gdb shows %d threads; status %d\n%s", len(want), status, out)
			}
			for tid, lines := range want {
				if a, b := strings.Join(got[tid], "\n"), strings.Join(lines, "\n"); a != b {
					t.Errorf("%s: thread %s:\n%s\ngdb:\n%s", row.command, tid, a, b)
				}
			}
		}
		out, status := onCore(t, []string{"info rseq", "bt 1", "p inside[1] + inside[7]", "info locals", "x/i $pc", "p $_exitsignal", "info threads", "info sharedlibrary", "info proc", "info program"}, program, core)
		if status != 0 {
			t.Errorf("status %d", status)
		}
		stands := whereTheyStand(t, program, core)
		for tid, in := range stands {
			line := regexp.MustCompile(`(?m)^.*\(` + tid + `\).*$`).FindString(out)
			if live := strings.HasSuffix(line, ", live"); live != (in != "") || live && !strings.Contains(line, " "+in+"+0x") {
				t.Errorf("thread %s stands inside %q: %q", tid, in, line)
			}
		}
		t.Logf("where they stand: %v", stands)
		for _, want := range []string{"Core was generated by `", "Program terminated with signal SIGSEGV, Segmentation fault.\n#0  0x", "[Current thread is 1 (Thread ",
			" fault+0x", "$1 = 2\n", "mine = 42\n", "=> 0x", "<fault+", "$2 = 11\n", "libc.so.6", "[vdso]", "terminated by signal SIGSEGV, Segmentation fault, at address 0x0.", "exe = '" + program + "'"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is not said", want)
			}
		}
		if t.Failed() {
			t.Log(out)
		}
	})
}

// whereTheyStand returns the section that each thread of a core is inside, by id, from
// its PC and the fixture's own symbols; "" outside: a thread that was just restarted is
// at its abort handler.
func whereTheyStand(t *testing.T, program, core string) map[string]string {
	t.Helper()
	commands := []string{"thread apply all p/x $pc"}
	for _, name := range []string{"odd", "even", "fault"} {
		commands = append(commands, "printf \""+name+" %ld %ld\\n\", (long)&"+name+"_start, (long)&"+name+"_end")
	}
	said := gdbSaysOf(t, commands, program, core)
	type bounds struct{ low, high uint64 }
	sections := map[string]bounds{}
	for _, m := range regexp.MustCompile(`(?m)^(odd|even|fault) (\d+) (\d+)$`).FindAllStringSubmatch(said, -1) {
		low, _ := strconv.ParseUint(m[2], 10, 64)
		high, _ := strconv.ParseUint(m[3], 10, 64)
		sections[m[1]] = bounds{low, high}
	}
	stands := map[string]string{}
	for tid, lines := range perThread(said, func(l string) string { _, pc, _ := strings.Cut(l, " = 0x"); return pc }) {
		pc, err := strconv.ParseUint(lines[0], 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		stands[tid] = ""
		for name, b := range sections {
			if pc-b.low < b.high-b.low {
				stands[tid] = name
			}
		}
	}
	if len(sections) != 3 || len(stands) != 8 {
		t.Fatalf("sections %v, threads %v\n%s", sections, stands, said)
	}
	return stands
}

// The core alone names its program; gdb's three spellings, and the prompt's command.
func TestCoreIsNamedAsWithGdb(t *testing.T) {
	program := coreCrew(t)
	core := gdbCore(t, program)
	for _, words := range [][]string{{"--core", core}, {"--core=" + core}, {"-c", core}, {"--core", core, program}, {program, core}} {
		if out, status := onCore(t, nil, words...); status != 0 || !strings.Contains(out, "in fault (wanted=7)") || strings.Contains(out, "warning") {
			t.Errorf("%q: status %d\n%s", words, status, out)
		}
	}
	for _, commands := range [][]string{{"core-file " + core}, {"file " + program, "core " + core}, {"core-file " + core, "file " + program}, {"core-file " + core, "core-file", "core-file " + core}} {
		if out, status := onCore(t, commands); status != 0 || !strings.Contains(out, "in fault (wanted=7)") || strings.Contains(out, "warning") {
			t.Errorf("%q: status %d\n%s", commands, status, out)
		}
	}
	// Behind -- it is an argument of the program's.
	if out, status := onCore(t, []string{"show args", "info program"}, "--", program, core); status != 0 || !strings.Contains(out, core) || strings.Contains(out, "Core was generated") {
		t.Errorf("--: status %d\n%s", status, out)
	}
	other := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	if out, _ := onCore(t, nil, other, core); !strings.Contains(out, "warning: core file may not match specified executable file.") {
		t.Errorf("another program:\n%s", out)
	}
	if out, _ := onCore(t, nil, "--json", program, core); !strings.Contains(out, `"reason":"core"`) || !strings.Contains(out, `"signal":"SIGSEGV"`) {
		t.Errorf("--json:\n%s", out)
	}
}

// If the registration is not known, rseqstep says so; the PC alone then shows which
// section a thread was inside.
func TestCoreWhoseRegistrationIsNotKnown(t *testing.T) {
	tabletest.NeedPtrace(t)
	program, core := coreCrew(t), filepath.Join(t.TempDir(), "core")
	gdbSaysOf(t, []string{"set environment GLIBC_TUNABLES=glibc.pthread.rseq=0", "break main", "run", "set $pc = faulting", "generate-core-file " + core}, program)
	out, status := onCore(t, []string{"info rseq"}, program, core)
	if status != 0 || !strings.Contains(out, "does not record rseq registrations") || !regexp.MustCompile(`not known .*PC inside fault\+0x`).MatchString(out) {
		t.Errorf("status %d\n%s", status, out)
	}
	if out, _ := onCore(t, []string{"info rseq"}, "--json", program, core); !regexp.MustCompile(`"unknown":true,"inside":"fault\+0x`).MatchString(out) {
		t.Errorf("--json:\n%s", out)
	}
}

// A program that has moved since is found where the user says; where nobody says it, what of it
// is in the core is shown, and that the file is not there.
func TestCoreOfAProgramThatHasMoved(t *testing.T) {
	tabletest.NeedPtrace(t)
	image, err := os.ReadFile(coreCrew(t))
	if err != nil {
		t.Fatal(err)
	}
	was, is := filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")
	if err := os.WriteFile(was, image, 0o700); err != nil {
		t.Fatal(err)
	}
	core := gdbCore(t, was)
	if err := os.Rename(was, is); err != nil {
		t.Fatal(err)
	}
	if out, status := onCore(t, []string{"bt", "x/i $pc", "info rseq"}, is, core); status != 0 || !strings.Contains(out, "in fault (wanted=7)") || !strings.Contains(out, ", live") || strings.Contains(out, "warning") {
		t.Errorf("where it is said: status %d\n%s", status, out)
	}
	out, status := onCore(t, []string{"info threads", "info registers pc"}, "--core", core)
	if status != 0 || !strings.Contains(out, was+": no such file") || !strings.Contains(out, "pc  ") {
		t.Errorf("where it is not: status %d\n%s", status, out)
	}
	if err := os.WriteFile(was, append(image[:len(image):len(image)], make([]byte, 64)...), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, _ := onCore(t, []string{"bt"}, "--core", core); !strings.Contains(out, "in fault (wanted=7)") {
		t.Errorf("bytes were added that are not loaded:\n%s", out)
	}
	other, err := os.ReadFile(tabletest.Build(t, tabletest.Fixture{Source: "seed.c"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(was, other, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, _ := onCore(t, []string{"bt"}, "--core", core); !strings.Contains(out, "not the one that was mapped") || strings.Contains(out, "in fault") {
		t.Errorf("another program in its place:\n%s", out)
	}
}

// Commands that run or change a program answer that it is not being run. Breakpoints
// can be set; "run" starts the program, which hits them.
func TestCoreCannotMoveAndIsRunAnew(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := coreCrew(t)
	core := gdbCore(t, program)
	for _, c := range []string{"continue", "step", "next", "stepi", "nexti", "finish", "until", "until main", "advance main", "jump main", "signal 0", "detach", "kill", "return",
		"call odd(1)", "print odd(1)", "set var leave = 1", "print leave = 1", "set var $sp = 1", "p $pc = 0"} {
		out, status := onCore(t, []string{c}, program, core)
		said := regexp.MustCompile(`(?i)is not being run|core file cannot run or be changed|without a process`)
		if status != 1 || !said.MatchString(out) {
			t.Errorf("%s: status %d\n%s", c, status, out)
		}
	}
	out, status := onCore(t, []string{"break through if number == 3", "info breakpoints", "run exit", "p number", "delete", "continue"}, program, core)
	for _, want := range []string{"Core was generated", "Breakpoint 1 at 0x", "hit Breakpoint 1, through (number=3)", "$1 = 3\n", "left\n", "exited normally"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if status != 0 || t.Failed() {
		t.Errorf("status %d\n%s", status, out)
	}
}

// rseqstep says what a file is that is not one of our core files.
func TestCoreThatIsNone(t *testing.T) {
	program := coreCrew(t)
	core := gdbCore(t, program)
	whole, err := os.ReadFile(core)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(name string, f func(b []byte) []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, f(append([]byte(nil), whole[:1<<16]...)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		changed("cut", func(b []byte) []byte { return b[:100] }):                    "the file ends before it",
		changed("empty", func([]byte) []byte { return nil }):                        "not a core file",
		changed("text", func([]byte) []byte { return []byte("hello\n") }):           "not a core file",
		changed("riscv", func(b []byte) []byte { b[18] = 243; return b }):           "EM_RISCV",
		changed("i386", func(b []byte) []byte { b[4], b[18] = 1, 3; return b }):     "EM_386",
		changed("threads", func(b []byte) []byte { clear(b[0x40:0x44]); return b }): "has no threads",
		program:                                "not a core file",
		t.TempDir():                            "not a regular file",
		filepath.Join(t.TempDir(), "notthere"): "no such file",
	} {
		out, status := onCore(t, []string{"bt"}, "--core", path)
		if status != 1 || !strings.Contains(out, want) || !strings.Contains(out, "rseqstep: ") {
			t.Errorf("%s: status %d, %q\n%s", path, status, want, out)
		}
	}
	if out, status := onCore(t, []string{"run"}, core); status != 1 || !strings.Contains(out, "is a core file, not a program") {
		t.Errorf("a core file as the program: status %d\n%s", status, out)
	}
}

package gdbscripts

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// inside is the command that stops a program inside its first section.
const inside = "source testdata/inside.py\n"

func seed(t *testing.T) string {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	return tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
}

func TestCommandsTellOfALiveSection(t *testing.T) {
	out := gdb(t, "info rseq\n"+inside+"echo INSIDE\\n\ninfo rseq\nbacktrace\nprint $_rseq_section()\n"+
		"rseq sections mai[n]\nrseq sections nothing\nfinish\nprint $_strlen($_rseq_section())\n", seed(t))
	before, after, _ := strings.Cut(out, "INSIDE")
	wantInOrder(t, before, "Start ", "main+", "The program is not being run")
	wantInOrder(t, after, "Start ", "main+", "Mode", "Slice", "Armed\n* 1 (", ", live\n", "The kernel reported these areas.",
		"#0 ", " in rseq_addv [rseq section main+", ", live] (", "#1  main (",
		`$1 = "main+`, "main+", `None of the 1 restartable sequences matches "nothing".`)
	if strings.Contains(after, "#1  main [") {
		t.Errorf("the function it is inlined into is marked as well:\n%s", after)
	}
}

// sectionRow is the row of a section's addresses and name, without the file.
var sectionRow = regexp.MustCompile(`(?m)^0x[0-9a-f]+ .*`)

func TestCoreFileTellsWhatTheProcessTold(t *testing.T) {
	dir := t.TempDir()
	program, core := filepath.Join(dir, "seed"), filepath.Join(dir, "core")
	build(t, "cp", seed(t), program)
	live := gdb(t, inside+"info rseq\ngcore "+core+"\n", program)
	dead := gdb(t, "info rseq\nbacktrace 1\n", program, core)
	wantInOrder(t, dead, "main+", "Armed\n* 1 (", "main+", ", live\n", "glibc says that it has registered these areas", "[rseq section main+", ", live]")
	if a, b := sectionRow.FindString(live), sectionRow.FindString(dead); a == "" || a != b {
		t.Errorf("live %q, in the core %q", a, b)
	}
	area := regexp.MustCompile(`(?m)^\* 1 \(\d+\) +0x[0-9a-f]+`)
	if a, b := area.FindString(live), area.FindString(dead); a == "" || a != b {
		t.Errorf("live %q, in the core %q", a, b)
	}
	// Without the program's file nothing says where in the core's memory to look.
	// (Newer gdbs find it by the core file where it is still there.)
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	// Some gdbs find the libraries all the same, and ask glibc.
	alone := gdb(t, "info rseq\n", "-c", core)
	wantInOrder(t, alone, "no program file", "Armed\n")
	if !strings.Contains(alone, "not known") && !strings.Contains(alone, "glibc says that it has registered these areas") {
		t.Errorf("nothing is said of the area:\n%s", alone)
	}
}

// A core that holds no memory: the file says what the sections are, moved to
// where the program was, and the threads are not known.
func TestCoreFileWithoutMemory(t *testing.T) {
	program, core := seed(t), filepath.Join(t.TempDir(), "core")
	live := gdb(t, inside+"info rseq\nset use-coredump-filter on\n"+
		"python open('/proc/%d/coredump_filter' % gdb.selected_inferior().pid, 'w').write('0')\ngcore "+core+"\n", program)
	if st, err := os.Stat(core); err != nil || st.Size() > 1<<18 {
		t.Fatalf("%v %v", st, err)
	}
	dead := gdb(t, "info rseq\nbacktrace 1\n", program, core)
	wantInOrder(t, dead, "main+", "not known", "Not known: ", "[rseq section main+")
	if a, b := sectionRow.FindString(live), sectionRow.FindString(dead); a == "" || a != b {
		t.Errorf("live %q, in the core %q", a, b)
	}
}

func TestSectionsComeAndGoWithLibraries(t *testing.T) {
	tabletest.NeedPtrace(t)
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared, Linker: tabletest.LLD})
	program := tabletest.Build(t, tabletest.Fixture{Source: "dlmain.c"})
	round := "continue\nrseq sections\necho GONE\\n\ntbreak dlclose\ncontinue\nfinish\nrseq sections\n"
	out := gdb(t, "break main\nrun "+lib+"\nrseq sections\nset breakpoint pending on\nbreak libsec_add\n"+
		"echo FIRST\\n\n"+round+"echo SECOND\\n\n"+round, program)
	before, rest, _ := strings.Cut(out, "FIRST")
	first, second, _ := strings.Cut(rest, "SECOND")
	if n := len(sectionRow.FindAllString(before, -1)); n != 1 {
		t.Errorf("before the library: %d sections\n%s", n, out)
	}
	for _, text := range []string{first, second} {
		loaded, gone, _ := strings.Cut(text, "GONE")
		if n := len(sectionRow.FindAllString(loaded, -1)); n != 2 || !strings.Contains(loaded, "libsec_add+") {
			t.Errorf("with the library: %d sections\n%s", n, out)
		}
		if n := len(sectionRow.FindAllString(gone, -1)); n != 1 || strings.Contains(gone, "libsec_add+") {
			t.Errorf("after the library: %d sections\n%s", n, out)
		}
	}
}

// A file without section headers declares nothing; what a thread arms is
// known all the same.
func TestArmedSectionThatNoFileDeclares(t *testing.T) {
	tabletest.NeedPtrace(t)
	whole := tabletest.Fixture{Source: "seed.c", Shape: tabletest.NoPIE}
	bare := whole
	bare.Strip = tabletest.StripSections
	start := regexp.MustCompile(`(?m)^(0x[0-9a-f]+) .*main`).FindStringSubmatch(gdb(t, "rseq sections\n", tabletest.Build(t, whole)))
	if start == nil {
		t.Fatal("no section in the program as it was built")
	}
	out := gdb(t, "rseq sections\nstarti\nhbreak *"+start[1]+"+4\ncontinue\ninfo rseq\nprint $_rseq_section()\nbacktrace 1\n", tabletest.Build(t, bare))
	wantInOrder(t, out, "No restartable sequences are declared", start[1]+" ", "(no file declares it)", start[1]+", live", "$1 = \""+start[1], "[rseq section "+start[1]+", live]")
}

func TestPrintersShowTheKernelsStructs(t *testing.T) {
	tabletest.NeedPtrace(t)
	source := filepath.Join(t.TempDir(), "p.cc")
	if err := os.WriteFile(source, []byte(printed), 0o644); err != nil {
		t.Fatal(err)
	}
	program := strings.TrimSuffix(source, ".cc")
	build(t, "g++", "-g", "-O0", "-no-pie", "-o", program, source)
	out := gdb(t, "break stop\nrun\nup\nprint r\nprint ref\nprint c\nprint abi\nprint *d\nprint tc\nprint none\n", program)
	wantInOrder(t, out,
		"$1 = cpu 3, not armed = {cpu_id_start = 1, cpu_id = 3, rseq_cs = 0x0, flags = 0}",
		"cpu 3, not armed = {cpu_id_start = 1", "$3 = cpu 3, not armed",
		"$4 = not registered, armed for stop()+2 = {cpu_id_start = 0, cpu_id = 4294967295, rseq_cs = 0x", "<where>, flags = 0}",
		"$5 = section stop()+2, 5 bytes = {version = 0, flags = 0, start_ip = 0x", "<stop()+2>, post_commit_offset = 5, abort_ip = 0x", "<main()>}",
		"$6 = registration failed, not armed", "$7 = no section")
}

// manySections is a program that declares twenty, which it does not run.
const manySections = `
#define SECTION(n) asm(".pushsection __rseq_cs,\"aw\"\n.balign 32\n.long 0,0\n.quad start" #n ",end" #n "-start" #n ",abort" #n "\n.popsection\n" \
	".text\n.globl many" #n "\n.type many" #n ",@function\nmany" #n ":\nstart" #n ":\nincq (%rdi)\nend" #n ":\nret\n.long 0x53053053\nabort" #n ":\njmp many" #n "\n");
#define FIVE(n) SECTION(n##0) SECTION(n##1) SECTION(n##2) SECTION(n##3) SECTION(n##4)
FIVE(1) FIVE(2) FIVE(3) FIVE(4)
int main() { return 0; }
`

// info rseq sums up what a program declares; it lists all of it, or what matches, only if asked.
func TestInfoRseqSumsUpManySections(t *testing.T) {
	source := filepath.Join(t.TempDir(), "many.c")
	if err := os.WriteFile(source, []byte(manySections), 0o644); err != nil {
		t.Fatal(err)
	}
	program := strings.TrimSuffix(source, ".c")
	build(t, "gcc", "-g", "-no-pie", "-o", program, source)
	for commands, want := range map[string]struct {
		rows int
		says string
	}{
		"info rseq":                     {0, program + " declares 20 restartable sequences."},
		"info rseq --all":               {20, "many44"},
		"info rseq many2[13]$":          {2, "many23"},
		"info rseq --all many2":         {5, "many20"},
		"info rseq nothing":             {0, "None of the 20 restartable sequences matches \"nothing\"."},
		"info rseq --every":             {0, "!info rseq has no option \"--every\"; it has --all."},
		"info rseq (":                   {0, "!\"(\" is not a regular expression: "},
		"rseq sections":                 {20, "many10"},
		"set width 50\ninfo rseq --all": {20, "No room for: Abort"},
	} {
		script := commands + "\n"
		if strings.HasPrefix(want.says, "!") { // an error ends gdb's script
			want.says = want.says[1:]
			script = fmt.Sprintf("python\ntry:\n gdb.execute(%q)\nexcept gdb.error as e:\n print(e)\nend\n", commands)
		}
		out := gdb(t, script, program)
		if n := len(sectionRow.FindAllString(out, -1)); n != want.rows || !strings.Contains(out, want.says) {
			t.Errorf("%s: %d sections, want %d and %q:\n%s", commands, n, want.rows, want.says, out)
		}
	}
	if out := gdb(t, "info rseq\n", program); !strings.Contains(out, `"info rseq --all" lists all 20`) {
		t.Errorf("nothing says how to list them:\n%s", out)
	}
}

// printed is a program with the structs under the names they have.
const printed = `
typedef unsigned u32; typedef unsigned long long u64;
struct rseq { u32 cpu_id_start, cpu_id; u64 rseq_cs; u32 flags; };
struct rseq_cs { u32 version, flags; u64 start_ip, post_commit_offset, abort_ip; };
struct rseq_abi { u32 cpu_id_start, cpu_id; union { u64 ptr64; struct { u64 ptr; } arch; } rseq_cs; u32 flags; };
namespace tcmalloc { struct kernel_rseq { u32 cpu_id_start, cpu_id; u64 rseq_cs; u32 flags; }; }
typedef const volatile struct rseq shown;
int main();
void stop() {}
struct rseq_cs where = { 0, 0, (u64)&stop + 2, 5, (u64)&main }, none;
int main()
{
	struct rseq r = { 1, 3, 0, 0 }, &ref = r;
	shown c = { 1, 3, 0, 0 };
	struct rseq_abi abi = { 0, (u32)-1, { (u64)&where }, 0 };
	tcmalloc::kernel_rseq tc = { 0, (u32)-2, 0, 0 };
	struct rseq_cs *d = &where;
	stop();
	return r.flags + ref.flags + c.flags + abi.flags + tc.flags + d->flags;
}
`

package rules

import (
	"strings"
	"testing"
)

// layers is the map of the module, lowest first (DESIGN 5). The code of a
// package imports packages of lower layers only; packages of one layer do not
// know each other, but those inside cmd. A folder belongs to the longest entry
// that it equals or lies under.
var layers = [][]string{
	{"table"},                     // what a file declares
	{"table/tabletest"},           // fixtures, for tests
	{"stepper/cfi"},               // call frame information
	{"stepper/dwexpr"},            // DWARF expressions
	{"stepper/machine"},           // what one step covers, whatever the architecture
	{"stepper/machine/amd64"},     // an architecture
	{"stepper/machine/arches"},    // which one a file is of
	{"stepper/opv"},               // cpu_opv vectors
	{"stepper/source"},            // the words for functions, lines and frames
	{"stepper/tracee"},            // what the Engine needs of a traced process
	{"stepper/rseq"},              // the sections of a process, and the code around them
	{"stepper/line"},              // what stepping through lines asks
	{"stepper/ledger"},            // what is changed in the program, and to be undone
	{"stepper/points"},            // breakpoints of the user's
	{"stepper/drive"},             // the loop that moves threads
	{"stepper/corefile"},          // the world, as a core file has it
	{"stepper/ptrace"},            // the world: Linux
	{"stepper"},                   // the Engine
	{"stepper/symbols"},           // the world: DWARF and ELF symbols
	{"stepper/live"},              // a process, opened with its Engine and symbols
	{"stepper/steptest"},          // the world, scripted
	{"stepper/steptest/modelled"}, // the world, a machine to explore
	{"stepper/faulttest"},         // the world, failing
	{"stepper/expr"},              // expressions over symbols
	{"stepper/remote"},            // gdb's remote protocol
	{"gdbscripts", "delve"},       // other debuggers' extensions
	{"internal/bench"},            // figures
	{"internal/rules"},            // this
	{"cmd/rseqstep/internal"},     // the command's own parts; they may know each other
	{"cmd/rseqstep", "internal"},  // what ties them together
}

// layer finds a folder's layer and the entry that named it.
func layer(folder string) (n int, entry string) {
	n = -1
	for i, l := range layers {
		for _, e := range l {
			if (folder == e || strings.HasPrefix(folder, e+"/")) && len(e) > len(entry) {
				n, entry = i, e
			}
		}
	}
	return n, entry
}

func TestImportsPointOneWay(t *testing.T) {
	for _, s := range sources(t) {
		from, entry := layer(s.folder())
		if from < 0 {
			t.Errorf("%s: no layer is known for its folder; put it into layers", s.path)
			continue
		}
		if s.test() {
			continue
		}
		for _, i := range s.imports {
			ours, ok := strings.CutPrefix(i, module+"/")
			if !ok {
				continue
			}
			to, of := layer(ours)
			if to > from || to == from && ours != s.folder() && !(strings.HasPrefix(entry, "cmd/") && of == entry) {
				t.Errorf("%s imports %s: %q may import only what stands above it in layers", s.path, i, entry)
			}
		}
	}
}

// Only tests see what is made for tests: the fixtures, the scripted worlds, the
// clients. Their folders end in "test", or lie in one that does.
func TestShippedCodeImportsNoTestHelpers(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || forTests(s.folder()) {
			continue
		}
		for _, i := range s.imports {
			ours, ok := strings.CutPrefix(i, module+"/")
			if i == "testing" || ok && forTests(ours) {
				t.Errorf("%s imports %s, which is for tests", s.path, i)
			}
		}
	}
}

func forTests(folder string) bool {
	for name := range strings.SplitSeq(folder, "/") {
		if strings.HasSuffix(name, "test") {
			return true
		}
	}
	return false
}

package rules

import (
	"strings"
	"testing"
)

// layers is the map of the module, lowest first (DESIGN 5). A package's code imports only
// packages of lower layers. Packages of one layer do not import each other, except those inside
// cmd. A folder belongs to the longest entry that equals or contains it.
var layers = [][]string{
	{"table"},                     // what a file declares
	{"stat/tracefs"},              // the tracing file system
	{"table/tabletest"},           // fixtures, for tests
	{"check"},                     // findings about a program's use of rseq
	{"stepper/cfi"},               // call frame information
	{"stepper/dwexpr"},            // DWARF expressions
	{"stepper/macro"},             // preprocessor macros
	{"stepper/machine"},           // what one step covers, whatever the architecture
	{"stepper/machine/amd64"},     // an architecture
	{"stepper/machine/arm64"},     // another one
	{"stepper/machine/arches"},    // the architecture of a file
	{"stepper/opv/interp"},        // what interpreters share
	{"stepper/opv/interp/amd64"},  // an interpreter
	{"stepper/opv/interp/arm64"},  // another one
	{"stepper/opv"},               // cpu_opv vectors
	{"stepper/source"},            // functions, lines and frames
	{"stepper/tracee"},            // what the Engine needs from a traced process
	{"stepper/signals"},           // what the debugger does about signals, and their names
	{"stepper/status"},            // proc_pid_status(5)
	{"stepper/rseq"},              // the sections of a process, and the code around them
	{"stepper/line"},              // the questions of line stepping
	{"stepper/ledger"},            // the debugger's changes to the program, and how to undo them
	{"stepper/points"},            // the user's breakpoints
	{"stepper/drive"},             // the loop that moves threads
	{"stepper/opvcall"},           // the cpu_opv call for the program
	{"stepper/registration"},      // what a thread's rseq registration means
	{"stepper/call"},              // the program's functions, called for the user
	{"stepper/vdso"},              // stepping through the vDSO's functions
	{"stepper/progress"},          // passes without a commit, and loops that make no progress
	{"stepper/units"},             // how a thread runs a unit
	{"stepper/observe"},           // an observer of the program
	{"stepper/steps"},             // the steps of the user, as moves
	{"stepper/corefile"},          // the backend for core files
	{"stepper/ptrace"},            // the backend for Linux
	{"stepper"},                   // the Engine
	{"stepper/symbols"},           // DWARF and ELF symbols
	{"check/code"},                // what is read of a file, to be judged
	{"check/rules"},               // the rules
	{"stat/perf"},                 // kernel events, recorded
	{"stat"},                      // aborts, counted
	{"stepper/live"},              // a process, opened with its Engine and symbols
	{"check/watch"},               // a process, watched for violations of the rules
	{"exercise"},                  // sections, aborted at each instruction
	{"stepper/steptest"},          // a scripted backend
	{"stepper/steptest/modelled"}, // a backend that models a machine, to explore
	{"stepper/faulttest"},         // a backend that fails
	{"stepper/expr"},              // expressions over symbols
	{"stepper/remote"},            // gdb's remote protocol
	{"gdbscripts", "delve"},       // other debuggers' extensions
	{"page"},                      // reports as HTML
	{"internal/bench"},            // measurements
	{"internal/rules"},            // this package
	{"cmd/rseqstep/internal"},     // the command's own parts; they may import each other
	{"cmd/rseqstep", "internal"},  // the packages that combine the others
}

// layer returns a folder's layer and the entry that contains it.
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

// Only tests import test code: the fixtures, the scripted backends, the clients. The names of its
// folders end in "test", or those of their parents do.
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

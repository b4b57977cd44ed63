package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMemoryOfLLDBsOwnCanBeWrittenAndGivenBack(t *testing.T) {
	w, _, _ := serve(t, rseqstep(t), "SOCKET", seed(t))
	w.ask("QStartNoAckMode")
	w.ask("QThreadSuffixSupported")
	// At the exec stop some registers do not have the thread's initial values yet: PKRU,
	// and on a processor without XSAVE the x87 tags, have them after one instruction.
	if got := w.ask("vCont;s"); !strings.HasPrefix(got, "T05") {
		t.Fatalf("a step: %q", got)
	}
	before := w.ask("g")
	addr := w.ask("_M2000,rw")
	if n, ok := number(addr); !ok || n == 0 || n%0x1000 != 0 {
		t.Fatalf("memory at %q", addr)
	}
	if got := w.ask("qMemoryRegionInfo:" + addr); !strings.Contains(got, "permissions:rw;") {
		t.Errorf("the region is %q", got)
	}
	if got := w.ask("M" + addr + ",2:abcd"); got != "OK" {
		t.Errorf("written: %q", got)
	}
	if got := w.ask("m" + addr + ",4"); got != "abcd0000" {
		t.Errorf("read back: %q", got)
	}
	if got := w.ask("_m" + addr); got != "OK" {
		t.Errorf("given back: %q", got)
	}
	for _, wrong := range []string{"_m" + addr, "_m555555554000", "_M,rw", "_M0,rw", "_Mffffffffffffffff,rw", "m" + addr + ",4"} {
		if got := w.ask(wrong); !strings.HasPrefix(got, "E") {
			t.Errorf("%s: %q, want an error", wrong, got)
		}
	}
	if got := w.ask("g"); got != before {
		t.Errorf("the registers are not what they were:\n%s\n%s", before, got)
	}
}

func TestLLDBLearnsOfLibraries(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	out := lldb(t, bin, program, nil, "CONNECT", "breakpoint set -n main", "continue", "image list", "breakpoint set -n printf", "continue", "finish", "continue")
	wantInOrder(t, out, "stop reason = breakpoint 1.1", "libc.so.6", "stop reason = breakpoint 2", "stop reason = step out", "seed.c:1", "exited with status = 0")
}

// The program's only thread is inside a section, so lldb gets no memory.
func TestLLDBDecidesAConditionWhereEveryThreadIsInside(t *testing.T) {
	bin := rseqstep(t)
	out := lldb(t, bin, counter(t), []string{"1", "50"}, "CONNECT", "breakpoint set -n commit_store -c '$sp == 0'", "continue")
	wantInOrder(t, out, keptSafe, "exited with status = 0", "sum 50 of 50")
	out = lldb(t, bin, counter(t), []string{"1", "50"}, "CONNECT", "breakpoint set -n commit_store -c '$sp != 0'", "continue", "breakpoint delete -f", "continue")
	wantInOrder(t, out, keptSafe, "stop reason = breakpoint 1.1", "exited with status = 0", "sum 50 of 50")
}

// After a refused call lldb leaves the registers as it had prepared them for
// the call.
func TestACallOfLLDBsThatIsRefusedInsideASectionDoesNoHarm(t *testing.T) {
	bin := rseqstep(t)
	calls := filepath.Join(t.TempDir(), "calls") // a failing command ends lldb's batch, unless it comes from a file
	if err := os.WriteFile(calls, []byte("expression (int)abs(-5)\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := lldb(t, bin, counter(t), []string{"2", "50"}, "CONNECT", "breakpoint set -n commit_store", "continue", "command source -e 0 "+calls, "breakpoint delete -f", "continue")
	wantInOrder(t, out, keptSafe, "stop reason = breakpoint 1.1", "error:", "no function is called", "exited with status = 0", "sum 100 of 100")
}

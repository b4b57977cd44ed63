package remote

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// refused is a gdb script that carries out a command and prints its error.
func refused(command string) string {
	return fmt.Sprintf("python\ntry:\n  gdb.execute(%q)\n  print('taken')\nexcept gdb.error as e:\n  print('refused:', e)\nend\n", command)
}

// A second program, launched or attached to, is refused in words, and the first
// goes on to its right end.
func TestSecondInferiorIsRefusedInWordsAndTheFirstStaysWhole(t *testing.T) {
	bin, program, loop := rseqstep(t), seed(t), tabletest.BuildService(t)
	other := startService(t, loop)
	out := gdbMulti(t, bin, program, "break main\nrun\nadd-inferior -exec "+program+"\ninferior 2\n"+
		refused("run")+refused(fmt.Sprintf("attach %d", other.PID))+"inferior 1\nnext\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, main", "Added inferior 2", "refused:", "this server holds one process at a time",
		"refused: Attaching to", "failed", fmt.Sprintf("attaching to process %d was refused: process", other.PID), "attempts 1", "exited normally")
	other.isUntouched()
	if other.Finish() {
		t.Error("the process that was not attached to was killed")
	}
}

func TestAttachingTwiceIsRefusedAndTheFirstGoesOn(t *testing.T) {
	bin, loop := rseqstep(t), tabletest.BuildService(t)
	s := startService(t, loop)
	attach := fmt.Sprintf("attach %d", s.PID)
	out := gdbRuns(t, loop, fmt.Sprintf("target extended-remote | %s gdbserver --multi -\n%s\nadd-inferior\ninferior 2\n%sinferior 1\ninfo inferiors\ndetach\n",
		bin, attach, refused(attach)))
	wantInOrder(t, out, "Added inferior 2", "refused: Attaching to", "failed", "* 1 ", "detached]")
	s.isUntouched()
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// What is answered where: nothing happens to the process that is held.
func TestSecondProcessIsRefusedBeforeAnythingHappens(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, _ := serve(t, bin, "--multi", "SOCKET", program)
	w.ask("QStartNoAckMode")
	pid := pidOf(t, w)
	for _, p := range []string{"QDisableRandomization:1", "vRun;" + toHex(program), "vAttach;1", fmt.Sprintf("vAttach;%x", pid)} {
		if got := w.ask(p); !strings.HasPrefix(got, "E.") || !strings.Contains(got, fmt.Sprintf("process %d is debugged here", pid)) {
			t.Errorf("%s: %q", p, got)
		}
	}
	if now := pidOf(t, w); now != pid || !tabletest.Running(pid) {
		t.Errorf("process %d is held, it was %d", now, pid)
	}
}

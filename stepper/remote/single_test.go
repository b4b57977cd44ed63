package remote

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// refused is a gdb script that runs a command and prints its error.
func refused(command string) string {
	return fmt.Sprintf("python\ntry:\n  gdb.execute(%q)\n  print('taken')\nexcept gdb.error as e:\n  print('refused:', e)\nend\n", command)
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

// If a client cannot distinguish two processes, the server refuses the second
// one and does not change the first.
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

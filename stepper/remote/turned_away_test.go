package remote

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// Both a client that speaks packets and gdb get the reason why they are rejected; the
// served one notices nothing, whether its program is stopped or running.
func TestSecondClientIsToldWhyItIsSentAway(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, path := serve(t, bin, "SOCKET", program)
	w.ask("QStartNoAckMode")
	for _, runs := range tabletest.Some(t, 2, []bool{false, true, false}) {
		if runs {
			w.say("vCont;c")
		}
		second := dial(t, path)
		if reply := second.ask("qSupported"); !strings.HasPrefix(reply, "E.another client is being served") {
			t.Errorf("the second client got %q", reply)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		out, err := exec.CommandContext(ctx, tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-ex", "target remote "+path, "-ex", "info threads").CombinedOutput()
		if !strings.Contains(string(out), "another client is being served here") || strings.Contains(string(out), "Thread ") {
			t.Errorf("a second gdb (%v) says\n%s", err, out)
		}
		if runs {
			w.raw(string(rune(interrupt)))
			if reply := w.answer(); !strings.HasPrefix(reply, "T02") {
				t.Errorf("the first client's program stopped by %q", reply)
			}
		}
		if reply := w.ask("vMustReplyEmpty"); reply != "" {
			t.Errorf("the first client got %q", reply)
		}
	}
}

// A client that sends nothing is disconnected all the same, and when the served
// client disconnects meanwhile, the next one is served.
func TestSilentSecondClientIsSentAwayAndHoldsNobodyUp(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, path := serve(t, bin, "--multi", "SOCKET", program)
	w.ask("QStartNoAckMode")
	silent := dial(t, path)
	second := dial(t, path)
	second.ask("qSupported") // so the silent one, which connected first, has been rejected
	w.conn.Close()
	next := dial(t, path)
	next.ask("QStartNoAckMode")
	if reply := next.ask("?"); !strings.HasPrefix(reply, "T05") {
		t.Errorf("the next client finds %q", reply)
	}
	if n, err := silent.conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("the silent client got %d bytes", n)
	}
}

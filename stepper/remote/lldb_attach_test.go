package remote

import (
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// A client that waits for a process can interrupt the wait or disconnect: the server then
// answers the next packet, or the next client.
func TestWaitingForAProcessEndsByAnInterrupt(t *testing.T) {
	tabletest.NeedPtrace(t)
	w, _, path := serve(t, rseqstep(t), "--multi", "SOCKET")
	w.ask("QStartNoAckMode")
	wait := "vAttachWait;" + toHex("no program is called that")
	for range 3 {
		w.say(wait)
		time.Sleep(20 * time.Millisecond) // it may also arrive before the wait has begun
		w.raw("\x03")
		if got := w.answer(); !strings.HasPrefix(got, "E") {
			t.Fatalf("a wait that was interrupted: %q", got)
		}
		if got := w.ask("vCont?"); !strings.HasPrefix(got, "vCont") {
			t.Error("nothing is answered after it")
		}
	}
	w.say(wait)
	time.Sleep(20 * time.Millisecond)
	w.conn.Close()
	next := dial(t, path)
	if got := next.ask("vAttachName;" + toHex("nor that")); !strings.HasPrefix(got, "E") {
		t.Errorf("the next client: %q", got)
	}
	if got := next.ask("vAttachName;zz"); !strings.HasPrefix(got, "E") {
		t.Errorf("no hexadecimal: %q", got)
	}
}

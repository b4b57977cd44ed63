package remote

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// noise is bytes of all values, the same in every run. It contains no interrupt byte and
// no byte that begins a packet; the tests add those themselves.
func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < n {
		if c := byte(r.UintN(256)); c != '$' && c != interrupt {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// The server refuses or skips damaged input, the program does not move, and the
// server answers the next packet.
func TestPacketAfterABrokenOneIsAnswered(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	huge := "$m" + strings.Repeat("0", 1<<20) + "#00"
	for _, c := range []struct {
		name, bytes string
		refused     bool
	}{
		{"a wrong checksum", "$vKill;1#00", true},
		{"a checksum that is no number", "$vKill;1#zz", true},
		{"a packet of 1 MB", huge, true},
		{"a packet of 1 MB with the right checksum", string(Frame([]byte("m" + strings.Repeat("0", 1<<20)))), true},
		{"a packet that begins anew", "$vKill;1$vMustReplyEmpty#3a", false},
		{"a packet that ends in an escape", "$m}#ea", true},
		{"noise", noise(1 << 16), false},
		{"noise as a packet", "$" + strings.ReplaceAll(noise(1<<12), "#", "") + "#zz", true},
	} {
		w, _, _ := serve(t, bin, "SOCKET", program)
		pid := pidOf(t, w) // with acknowledgements, so that a refusal is visible
		refused := make(chan int)
		go func() { refused <- w.refusals() }()
		w.raw(c.bytes)
		w.say("?")
		if n := <-refused; (n > 0) != c.refused {
			t.Errorf("%s: refused %d times", c.name, n)
		}
		if !tabletest.Running(pid) {
			t.Errorf("%s: the program has ended", c.name)
		}
	}
}

// refusals counts the packets that the server refuses until it answers "?" with
// a stop.
func (w *wire) refusals() (n int) {
	buf := make([]byte, 1)
	for {
		if _, err := w.conn.Read(buf); err != nil {
			w.t.Errorf("no answer: %v", err)
			return n
		}
		switch w.d.Feed(buf[0]) {
		case Nak:
			n++
		case Packet:
			if strings.HasPrefix(string(w.d.Payload), "T05") {
				return n
			}
		}
	}
}

// A server for many clients serves the next one whatever the last one sent
// before it disconnected, with the program stopped or running.
func TestNextClientIsServedAfterABrokenOne(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, path := serve(t, bin, "--multi", "SOCKET")
	w.ask("QStartNoAckMode")
	many := strings.Repeat(string(Frame([]byte("qUnheardOf"))), 1000)
	for _, c := range []struct{ name, bytes string }{
		{"half a packet", "$vCont;"},
		{"no checksum", "$vCont;c#"},
		{"half a checksum", "$vCont;c#a"},
		{"1 MB of a packet", "$X0,100000:" + strings.Repeat("\x00", 1<<20)},
		{"noise", noise(1 << 16)},
		{"noise in a packet", "$" + noise(1<<16)},
		{"a wrong checksum", "$vCont;c#00"},
		{"a thousand packets", many},
	} {
		for _, goes := range []bool{false, true} {
			if reply := w.ask("vRun;" + toHex(program)); !strings.HasPrefix(reply, "T05") {
				t.Fatalf("before %s: starting: %q", c.name, reply)
			}
			pid := pidOf(t, w)
			if goes {
				w.runs("vCont;c")
			}
			w.raw(c.bytes)
			w.conn.Close()
			w = dial(t, path)
			w.ask("QStartNoAckMode")
			if now := pidOf(t, w); now != pid {
				t.Fatalf("after %s (running: %v) the next client finds process %d, not %d", c.name, goes, now, pid)
			}
			if reply := w.ask(fmt.Sprintf("vKill;%x", pid)); reply != "OK" {
				t.Fatalf("after %s: killing: %q", c.name, reply)
			}
		}
	}
}

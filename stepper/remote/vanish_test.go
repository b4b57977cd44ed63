package remote

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// vanishing is what a client is doing when its connection ends. The program is
// stopped when it begins; nothing waits for the last packet's answer.
var vanishing = []struct {
	name string
	do   func(t *testing.T, w *wire, p places)
}{
	{"standing", func(t *testing.T, w *wire, p places) {}},
	{"standing with breakpoints", func(t *testing.T, w *wire, p places) {
		w.plants(p.function, "")
		w.plants(p.inside, "")
	}},
	{"standing on a breakpoint", func(t *testing.T, w *wire, p places) { w.reaches(p.function) }},
	{"standing on a breakpoint inside a section", func(t *testing.T, w *wire, p places) { w.reaches(p.inside) }},
	{"standing on a breakpoint taken out", func(t *testing.T, w *wire, p places) {
		w.reaches(p.function)
		w.ask(fmt.Sprintf("z0,%x,1", p.function))
	}},
	{"running", func(t *testing.T, w *wire, p places) { w.runs("vCont;c") }},
	{"running with false conditions", func(t *testing.T, w *wire, p places) {
		w.plants(p.function, never())
		w.runs("vCont;c")
	}},
	{"running with false conditions inside a section", func(t *testing.T, w *wire, p places) {
		w.plants(p.inside, never())
		w.runs("vCont;c")
	}},
	{"stepping a range", func(t *testing.T, w *wire, p places) {
		tid := w.reaches(p.inside)
		w.ask(fmt.Sprintf("z0,%x,1", p.inside))
		w.runs(fmt.Sprintf("vCont;r%x,%x:%x;c", p.low, p.high, tid))
	}},
	{"stepping a range with false conditions", func(t *testing.T, w *wire, p places) {
		tid := w.reaches(p.inside)
		w.ask(fmt.Sprintf("z0,%x,1", p.inside))
		w.plants(p.inside, never())
		w.runs(fmt.Sprintf("vCont;r%x,%x:%x;c", p.low, p.high, tid))
	}},
	{"stepping instructions", func(t *testing.T, w *wire, p places) {
		tid := w.reaches(p.function)
		for range 30 {
			w.ask(fmt.Sprintf("vCont;s:%x", tid))
		}
		w.say(fmt.Sprintf("vCont;s:%x", tid))
	}},
	{"stepping instructions without waiting", func(t *testing.T, w *wire, p places) {
		tid := w.reaches(p.inside)
		for range 300 {
			w.say(fmt.Sprintf("vCont;s:%x;c", tid))
		}
	}},
	{"half a packet", func(t *testing.T, w *wire, p places) {
		w.plants(p.inside, never())
		w.runs("vCont;c")
		w.raw("$z0,4010")
	}},
}

// plants inserts a breakpoint.
func (w *wire) plants(at uint64, condition string) {
	w.t.Helper()
	if reply := w.ask(fmt.Sprintf("Z0,%x,1%s", at, condition)); reply != "OK" {
		w.t.Fatalf("breakpoint at %#x: %q", at, reply)
	}
}

// reaches runs to a breakpoint, and returns the thread that hit it.
func (w *wire) reaches(at uint64) (tid int) {
	w.t.Helper()
	w.plants(at, "")
	reply := w.ask("vCont;c")
	_, after, _ := strings.Cut(reply, "thread:")
	if _, err := fmt.Sscanf(after, "%x;", &tid); err != nil || !strings.HasPrefix(reply, "T05") {
		w.t.Fatalf("stopped by %q", reply)
	}
	return tid
}

// underWay is how long a program runs before its client disconnects.
const underWay = 30 * time.Millisecond

// runs resumes the program and returns while it runs: a stop would be a packet
// that begins with T, not console output or an acknowledgement.
func (w *wire) runs(how string) {
	w.t.Helper()
	w.say(how)
	w.conn.SetReadDeadline(time.Now().Add(underWay))
	buf := make([]byte, 1)
	for {
		if _, err := w.conn.Read(buf); err != nil {
			return
		}
		if w.d.Feed(buf[0]) == Packet && w.d.Payload[0] != 'O' {
			w.t.Fatalf("%s is answered %q", how, w.d.Payload)
		}
	}
}

func (w *wire) raw(bytes string) {
	w.t.Helper()
	if _, err := w.conn.Write([]byte(bytes)); err != nil {
		w.t.Fatal(err)
	}
}

// ownCode is the program's code in a process's memory.
func ownCode(t *testing.T, pid int, p places) []byte {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	code := make([]byte, p.high-p.low)
	if _, err := f.ReadAt(code, int64(p.low)); err != nil {
		t.Fatal(err)
	}
	return code
}

// foundBy is the next client of a server, which finds the process stopped and
// its code free of breakpoints.
func foundBy(t *testing.T, path, name string, pid int, p places, text []byte) *wire {
	t.Helper()
	w := dial(t, path)
	w.ask("QStartNoAckMode")
	if reply := w.ask("?"); !strings.HasPrefix(reply, "T") {
		t.Fatalf("after a client that was %s the next one finds %q", name, reply)
	}
	if now := pidOf(t, w); now != pid {
		t.Fatalf("after a client that was %s the next one finds process %d, not %d", name, now, pid)
	}
	if now := ownCode(t, pid, p); !bytes.Equal(now, text) {
		t.Errorf("a client that was %s has left something in the program's code", name)
	}
	return w
}

// An attached program survives each of its clients. The next one finds it, and
// detaches from it as it was before the first.
func TestAttachedServiceIsLeftToTheNextClientByEachThatVanished(t *testing.T) {
	bin, program := rseqstep(t), tabletest.BuildService(t)
	p := find(t, program, "one_round")
	w, _, path := serve(t, bin, "--multi", "SOCKET")
	w.ask("QStartNoAckMode")
	s := startService(t, program)
	text := ownCode(t, s.PID, p)
	for _, v := range vanishing {
		if reply := w.ask(fmt.Sprintf("vAttach;%x", s.PID)); !strings.HasPrefix(reply, "T") {
			t.Fatalf("%s: attaching: %q", v.name, reply)
		}
		v.do(t, w, p)
		w.conn.Close()
		if w = foundBy(t, path, v.name, s.PID, p, text); w.ask("D") != "OK" {
			t.Fatalf("%s: it cannot be detached", v.name)
		}
		s.isUntouched()
		if t.Failed() {
			t.Fatalf("the client was %s", v.name)
		}
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// spinners are programs to launch for each of the ways to disconnect.
var spinners = []struct {
	source, function string
	args             []string
}{
	{"counter.c", "compare_and_store", []string{"4", "2000000000"}},
	{"hotline.c", "main", []string{"2000000000"}},
}

// So does a program that was launched for a client. When the next client has
// ended it, the test starts a new one.
func TestLaunchedProgramIsLeftToTheNextClientByEachThatVanished(t *testing.T) {
	bin := rseqstep(t)
	w, _, path := serve(t, bin, "--multi", "SOCKET")
	w.ask("QStartNoAckMode")
	for _, c := range spinners {
		program := fixed(t, c.source)
		p := find(t, program, c.function)
		start := "vRun;" + toHex(program)
		for _, a := range c.args {
			start += ";" + toHex(a)
		}
		for _, v := range vanishing {
			if reply := w.ask(start); !strings.HasPrefix(reply, "T05") {
				t.Fatalf("%s, %s: starting: %q", c.source, v.name, reply)
			}
			pid := pidOf(t, w)
			text := ownCode(t, pid, p)
			v.do(t, w, p)
			w.conn.Close()
			w = foundBy(t, path, v.name, pid, p, text)
			if reply := w.ask(fmt.Sprintf("vKill;%x", pid)); reply != "OK" || tabletest.Running(pid) {
				t.Fatalf("%s, %s: killing: %q", c.source, v.name, reply)
			}
		}
	}
}

// With --once the first client is the last: a launched program is killed with it, an
// attached one is detached, and the server ends.
func TestOnceTheProgramEndsWithTheClientThatVanished(t *testing.T) {
	bin := rseqstep(t)
	program := fixed(t, spinners[0].source)
	p := find(t, program, spinners[0].function)
	for _, v := range tabletest.Some(t, 4, vanishing) {
		w, server, _ := serve(t, bin, append([]string{"--once", "SOCKET", program}, spinners[0].args...)...)
		w.ask("QStartNoAckMode")
		pid := pidOf(t, w)
		v.do(t, w, p)
		w.conn.Close()
		within(t, "the program has ended, its client having gone when "+v.name, func() bool { return !tabletest.Running(pid) })
		if err := server.Wait(); err != nil {
			t.Errorf("%s: the server ended with %v", v.name, err)
		}
	}
	program = tabletest.BuildService(t)
	p = find(t, program, "one_round")
	for _, v := range tabletest.Some(t, 4, vanishing) {
		s := startService(t, program)
		w, server, _ := serve(t, bin, "--once", "SOCKET", "--attach", fmt.Sprint(s.PID))
		w.ask("QStartNoAckMode")
		v.do(t, w, p)
		w.conn.Close()
		s.isUntouched()
		if err := server.Wait(); err != nil {
			t.Errorf("%s: the server ended with %v", v.name, err)
		}
		if s.Finish() {
			t.Errorf("%s: the service was killed", v.name)
		}
	}
}

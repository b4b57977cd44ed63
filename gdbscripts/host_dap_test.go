package gdbscripts

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// dapFront is an editor that talks the Debug Adapter Protocol with a gdb.
type dapFront struct {
	t   *testing.T
	in  io.Writer
	out *textproto.Reader
	seq int
	all strings.Builder // what gdb has sent
}

type dapMessage struct {
	Type, Command, Event, Message string
	Success                       bool
	Body                          map[string]any
}

func (d *dapFront) send(command string, arguments any) {
	d.t.Helper()
	d.seq++
	text, err := json.Marshal(map[string]any{"seq": d.seq, "type": "request", "command": command, "arguments": arguments})
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(d.in, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil {
		d.t.Fatal(err)
	}
}

// wait returns the next message that is wanted.
func (d *dapFront) wait(what string, wanted func(dapMessage) bool) dapMessage {
	d.t.Helper()
	for {
		header, err := d.out.ReadMIMEHeader()
		if err != nil {
			d.t.Fatalf("no %s: %v\n%s", what, err, d.all.String())
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			d.t.Fatalf("a header without a length: %v\n%s", header, d.all.String())
		}
		text := make([]byte, n)
		if _, err := io.ReadFull(d.out.R, text); err != nil {
			d.t.Fatal(err)
		}
		d.all.Write(append(text, '\n'))
		var m dapMessage
		if err := json.Unmarshal(text, &m); err != nil {
			d.t.Fatal(err)
		}
		if m.Type == "response" && !m.Success {
			d.t.Fatalf("%s: %s\n%s", m.Command, m.Message, d.all.String())
		}
		if wanted(m) {
			return m
		}
	}
}

func (d *dapFront) event(name string) dapMessage {
	d.t.Helper()
	return d.wait("event "+name, func(m dapMessage) bool { return m.Event == name })
}

func (d *dapFront) response(command string) dapMessage {
	d.t.Helper()
	return d.wait("response to "+command, func(m dapMessage) bool { return m.Type == "response" && m.Command == command })
}

// gdb has been a debug adapter since version 14.
func TestAnEditorTalksDAPWithGDB(t *testing.T) {
	if out, _ := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-batch", "-i=dap").CombinedOutput(); strings.Contains(string(out), "unrecognized") {
		t.Logf("this gdb is no debug adapter: %s", out)
		return
	}
	cmd := hostGDB(t, "-i=dap")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	d := &dapFront{t: t, in: in, out: textproto.NewReader(bufio.NewReader(out))}
	d.send("initialize", map[string]any{"adapterID": "gdb"})
	d.response("initialize")
	d.send("launch", map[string]any{"program": tabletest.Build(t, seedLoop), "stopAtBeginningOfMainSubprogram": true})
	d.send("configurationDone", map[string]any{}) // gdb 16 does not bear null
	d.event("stopped")
	line := func() float64 {
		d.send("stackTrace", map[string]any{"threadId": 1})
		frames, _ := d.response("stackTrace").Body["stackFrames"].([]any)
		top, _ := frames[0].(map[string]any)
		n, _ := top["line"].(float64)
		return n
	}
	for n := 0; line() != 18; n++ {
		if n == 20 {
			t.Fatalf("it does not get past the loop\n%s", d.all.String())
		}
		d.send("next", map[string]any{"threadId": 1})
		d.event("stopped")
	}
	d.send("evaluate", map[string]any{"expression": "v", "context": "watch", "frameId": 0})
	if v := d.response("evaluate").Body["result"]; v != "1" {
		t.Errorf("v is %v", v)
	}
	d.send("continue", map[string]any{"threadId": 1})
	if got := d.event("exited").Body["exitCode"]; got != 0.0 {
		t.Errorf("exit code %v", got)
	}
	if !strings.Contains(d.all.String(), "attempts ") { // gdb reads it in a thread of its own
		d.wait("output of the program", func(m dapMessage) bool {
			return m.Event == "output" && strings.Contains(fmt.Sprint(m.Body), "attempts ")
		})
	}
	d.send("disconnect", nil)
	in.Close()
	_ = cmd.Wait() // with the last command's status
}

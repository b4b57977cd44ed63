// Package daptest is an editor for tests: a client of the Debug Adapter
// Protocol that decodes with google/go-dap's codec, so that what an adapter
// sends is read by somebody else's notion of the protocol.
//
// Decision: requests are sent as they are written in a test, not as go-dap's
// types, so that a test can leave fields out and get them wrong as editors do.
package daptest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-dap"

	"rseqstep/table/tabletest"
)

// patience is how long one answer may take; it is there so that a hang is a failure.
var patience = tabletest.Patience(30 * time.Second)

// Args are a request's arguments as JSON has them.
type Args map[string]any

// Client is one editor.
type Client struct {
	t        testing.TB
	out      io.WriteCloser
	messages chan dap.Message
	seq      int
	events   []dap.Message         // that nobody has asked for yet
	answers  []dap.ResponseMessage // that came while an event was waited for
	Output   map[string]string     // by category
	PID      int                   // of the process last told of
	Verified map[int]bool          // breakpoints by id, as events have told of them
	Ended    chan error            // gets the adapter's end
	Terminal func(args []string)   // runs what runInTerminal asks for; nil: nothing happens
}

// Start starts an adapter on standard input and output.
func Start(t testing.TB, adapter string, args ...string) *Client {
	t.Helper()
	cmd := exec.Command(adapter, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, write, err := os.Pipe() // that of cmd.StdoutPipe is closed by Wait, whatever is still to be read
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = write, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	c := New(t, out, in)
	go func() { c.Ended <- cmd.Wait() }()
	t.Cleanup(func() {
		in.Close()
		if !c.WaitEnded() {
			cmd.Process.Kill()
		}
		out.Close()
	})
	return c
}

// WaitEnded waits for the adapter's end, which must come by itself.
func (c *Client) WaitEnded() bool {
	c.t.Helper()
	select {
	case <-c.Ended:
		return true
	case <-time.After(patience):
		c.t.Error("the adapter did not end after its editor")
		return false
	}
}

// New is an editor at a connection to an adapter.
func New(t testing.TB, in io.Reader, out io.WriteCloser) *Client {
	c := &Client{t: t, out: out, messages: make(chan dap.Message), Output: map[string]string{}, Verified: map[int]bool{}, Ended: make(chan error, 1)}
	go func() {
		defer close(c.messages)
		r := bufio.NewReader(in)
		for {
			m, err := dap.ReadProtocolMessage(r)
			if err != nil {
				return
			}
			c.messages <- m
		}
	}()
	return c
}

// Send sends a request and returns its number.
func (c *Client) Send(command string, args any) int {
	c.t.Helper()
	c.seq++
	m := Args{"seq": c.seq, "type": "request", "command": command}
	if args != nil {
		m["arguments"] = args
	}
	b, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	c.Raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(b), b))
	return c.seq
}

// respond answers a request of the adapter's.
func (c *Client) respond(m dap.RequestMessage) {
	c.t.Helper()
	b, err := json.Marshal(Args{"seq": 0, "type": "response", "request_seq": m.GetRequest().Seq, "success": true, "command": m.GetRequest().Command, "body": Args{}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.Raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(b), b))
}

// Raw sends bytes.
func (c *Client) Raw(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.out, text); err != nil {
		c.t.Fatalf("the adapter is gone: %v", err)
	}
}

// Close ends the editor's side of the connection.
func (c *Client) Close() { c.out.Close() }

// next is the next message; nil at the end of the stream.
func (c *Client) next() dap.Message {
	c.t.Helper()
	select {
	case m := <-c.messages:
		switch m := m.(type) {
		case *dap.OutputEvent:
			c.Output[m.Body.Category] += m.Body.Output
		case *dap.RunInTerminalRequest:
			if c.Terminal != nil {
				c.Terminal(m.Arguments.Args)
			}
			c.respond(m)
		case *dap.ProcessEvent:
			c.PID = m.Body.SystemProcessId
		case *dap.BreakpointEvent:
			c.Verified[m.Body.Breakpoint.Id] = m.Body.Breakpoint.Verified
		}
		return m
	case <-time.After(patience):
		c.t.Fatalf("nothing came within %v; output so far: %q", patience, c.Output)
	}
	return nil
}

// Response waits for the answer to a request.
func (c *Client) Response(seq int) dap.ResponseMessage {
	c.t.Helper()
	for i, r := range c.answers {
		if r.GetResponse().RequestSeq == seq {
			c.answers = append(c.answers[:i], c.answers[i+1:]...)
			return r
		}
	}
	for {
		m := c.next()
		if r, ok := m.(dap.ResponseMessage); ok {
			if r.GetResponse().RequestSeq == seq {
				return r
			}
			c.t.Fatalf("an answer to request %d, not %d: %+v", r.GetResponse().RequestSeq, seq, m)
		}
		if m == nil {
			c.t.Fatalf("the adapter ended before it answered; output: %q", c.Output)
		}
		c.events = append(c.events, m)
	}
}

// Do sends a request, which must succeed, and returns the answer.
func Do[T dap.ResponseMessage](c *Client, command string, args any) T {
	c.t.Helper()
	r := c.Response(c.Send(command, args))
	out, ok := r.(T)
	if !ok {
		b, _ := json.Marshal(r)
		c.t.Fatalf("%s %v: %s", command, args, b)
	}
	return out
}

// Refused sends a request, which must fail, and returns why.
func (c *Client) Refused(command string, args any) string {
	c.t.Helper()
	r := c.Response(c.Send(command, args))
	e, ok := r.(*dap.ErrorResponse)
	if !ok || e.Body.Error == nil || e.Message == "" {
		b, _ := json.Marshal(r)
		c.t.Fatalf("%s %v is answered: %s", command, args, b)
	}
	return e.Message
}

// Event waits for the next event of a type; others before it are passed over.
func Event[T dap.EventMessage](c *Client) T {
	c.t.Helper()
	for {
		var m dap.Message
		if len(c.events) > 0 {
			m, c.events = c.events[0], c.events[1:]
		} else if m = c.next(); m == nil {
			var want T
			c.t.Fatalf("the adapter ended without a %T; output: %q", want, c.Output)
		}
		if e, ok := m.(T); ok {
			return e
		}
		if r, ok := m.(dap.ResponseMessage); ok {
			c.answers = append(c.answers, r)
		}
		var want T
		switch m := m.(type) {
		case *dap.TerminatedEvent:
			c.t.Fatalf("the program ended without a %T; output: %q", want, c.Output)
		case *dap.StoppedEvent:
			c.t.Fatalf("the program stopped where a %T was expected: %+v; output: %q", want, m.Body, c.Output)
		}
	}
}

// Initialize is the first request, as VS Code sends it.
func (c *Client) Initialize() dap.Capabilities {
	c.t.Helper()
	return Do[*dap.InitializeResponse](c, "initialize", Args{"clientID": "daptest", "adapterID": "rseqstep", "pathFormat": "path",
		"linesStartAt1": true, "columnsStartAt1": true, "supportsVariableType": true}).Body
}

// Stop waits for a stop of the given reason.
func (c *Client) Stop(reason string) *dap.StoppedEvent {
	c.t.Helper()
	e := Event[*dap.StoppedEvent](c)
	if e.Body.Reason != reason {
		c.t.Fatalf("stopped for %q, not %q: %+v", e.Body.Reason, reason, e.Body)
	}
	return e
}

// Frame is the innermost frame of a thread.
func (c *Client) Frame(thread int) dap.StackFrame {
	c.t.Helper()
	frames := Do[*dap.StackTraceResponse](c, "stackTrace", Args{"threadId": thread, "startFrame": 0, "levels": 20}).Body.StackFrames
	if len(frames) == 0 {
		c.t.Fatal("a stack without frames")
	}
	return frames[0]
}

// Scope is the variables of a scope of a frame.
func (c *Client) Scope(frame int, name string) []dap.Variable {
	c.t.Helper()
	for _, s := range Do[*dap.ScopesResponse](c, "scopes", Args{"frameId": frame}).Body.Scopes {
		if strings.EqualFold(s.Name, name) {
			return c.Variables(s.VariablesReference)
		}
	}
	c.t.Fatalf("frame %d has no scope %q", frame, name)
	return nil
}

// Variables are what a reference stands for.
func (c *Client) Variables(reference int) []dap.Variable {
	c.t.Helper()
	return Do[*dap.VariablesResponse](c, "variables", Args{"variablesReference": reference}).Body.Variables
}

// Variable finds one by name.
func (c *Client) Variable(list []dap.Variable, name string) dap.Variable {
	c.t.Helper()
	for _, v := range list {
		if v.Name == name {
			return v
		}
	}
	c.t.Fatalf("no variable %q among %+v", name, list)
	return dap.Variable{}
}

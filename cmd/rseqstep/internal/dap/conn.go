package dap

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/google/go-dap"
)

// conn is the connection to an editor. Its send methods may be called from any
// goroutine.
type conn struct {
	r        *bufio.Reader
	declined chan refusal

	mu     sync.Mutex
	w      io.Writer
	seq    int
	failed error // error of the first write that failed; later writes do nothing
}

// refusal is why the client has opened no terminal.
type refusal struct {
	seq int // of our request; 0: the client answers none any more
	why string
}

// request is one request: the fields common to all, and the decoded message.
type request struct {
	dap.Request
	message dap.Message // nil if it could not be decoded; see err
	err     error
}

// read reads the next request. A message that is not a valid request is returned as a
// request with an err; an error means the end of the stream.
func (c *conn) read() (*request, error) {
	for {
		content, err := ReadMessage(c.r)
		if err != nil {
			return nil, err
		}
		r := decode(content)
		if r.err == nil && r.Type != "request" {
			c.heard(content)
			continue
		}
		return r, nil
	}
}

// heard notes a response of the client. Of one to runInTerminal that succeeded, the effect is what
// matters.
func (c *conn) heard(content []byte) {
	var m dap.ErrorResponse
	if json.Unmarshal(content, &m) != nil || m.Command != "runInTerminal" || m.Success {
		return
	}
	why := m.Message
	if e := m.Body.Error; e != nil && e.Format != "" {
		why = e.Format
		for name, value := range e.Variables {
			why = strings.ReplaceAll(why, "{"+name+"}", value)
		}
	}
	c.decline(refusal{m.RequestSeq, why})
}

// decline says that no terminal will be opened.
func (c *conn) decline(r refusal) {
	select {
	case c.declined <- r:
	default: // nobody waits for it
	}
}

func decode(content []byte) *request {
	r := &request{}
	if err := json.Unmarshal(content, &r.Request); err != nil {
		r.err = fmt.Errorf("not a request: %w", err)
		return r
	}
	if r.Type != "request" {
		if r.Type != "response" && r.Type != "event" {
			r.err = fmt.Errorf("a message of type %q", clip(r.Type))
		}
		return r
	}
	r.message, r.err = dap.DecodeProtocolMessage(content)
	if unknown, ok := r.err.(*dap.DecodeProtocolMessageFieldError); ok {
		r.err = fmt.Errorf("the request %q is not known", clip(unknown.FieldValue))
	}
	return r
}

func (c *conn) send(m dap.Message, number func(seq int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	number(c.seq)
	content, err := json.Marshal(m)
	if err == nil && c.failed == nil {
		err = WriteMessage(c.w, content)
	}
	if err != nil && c.failed == nil {
		c.failed = err
	}
}

// respond answers r. m is a response whose embedded Response is still empty.
func (c *conn) respond(r *request, m dap.ResponseMessage) {
	head := m.GetResponse()
	head.Type, head.RequestSeq, head.Command, head.Success = "response", r.Seq, r.Command, true
	c.send(m, func(n int) { head.Seq = n })
}

// done answers r with success and no body.
func (c *conn) done(r *request) { c.respond(r, &dap.Response{}) }

// refuse answers r with an error.
func (c *conn) refuse(r *request, err error) {
	m := &dap.ErrorResponse{}
	m.Type, m.RequestSeq, m.Command, m.Message = "response", r.Seq, r.Command, err.Error()
	// Braces are placeholders in the format, so the text is passed as a variable.
	m.Body.Error = &dap.ErrorMessage{Id: 1, Format: "{text}", Variables: map[string]string{"text": err.Error()}, ShowUser: r.showsErrors()}
	c.send(m, func(n int) { m.Seq = n })
}

// showsErrors reports whether the user should see that this request failed. Editors
// send the other requests on their own.
func (r *request) showsErrors() bool { return r.Command == "launch" || r.Command == "attach" }

// request sends a request to the client and returns its number. Its answer is not waited for.
func (c *conn) request(command string, m dap.RequestMessage) int {
	head := m.GetRequest()
	head.Type, head.Command = "request", command
	c.send(m, func(n int) { head.Seq = n })
	return head.Seq
}

// event sends an event. m is one whose embedded Event is still empty.
func (c *conn) event(name string, m dap.EventMessage) {
	head := m.GetEvent()
	head.Type, head.Event = "event", name
	c.send(m, func(n int) { head.Seq = n })
}

// output shows text in the editor's debug console. Categories: "console",
// "important", "stdout", "stderr".
func (c *conn) output(category, text string) {
	if text != "" {
		c.event("output", &dap.OutputEvent{Body: dap.OutputEventBody{Category: category, Output: text}})
	}
}

// broken is the reason why nothing can be sent any more; nil while sending works.
func (c *conn) broken() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

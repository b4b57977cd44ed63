package dap

import (
	"errors"
	"sync"
	"time"

	"github.com/google/go-dap"
)

// attendant looks after requests that come while the program runs.
type attendant struct {
	s         *server
	interrupt func()
	done      chan struct{} // closed when the program stands
	ended     sync.WaitGroup

	held   []*request // to be answered once the program stands
	paused bool       // the user wants it to stand
	gone   bool       // so does the end of the stream
}

// errRunning refuses what needs a held program.
var errRunning = errors.New("the program is running")

// attend begins to look after requests; interrupt stops the program.
func (s *server) attend(interrupt func()) *attendant {
	a := &attendant{s: s, interrupt: interrupt, done: make(chan struct{})}
	a.ended.Add(1)
	go a.loop()
	return a
}

// leave ends it. Its fields may be read from then on.
func (a *attendant) leave() {
	close(a.done)
	a.ended.Wait()
}

func (a *attendant) loop() {
	defer a.ended.Done()
	// An interrupt that comes before the command has begun is lost: it is
	// repeated until the program stands.
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	requests := a.s.requests
	for {
		select {
		case <-a.done:
			return
		case <-again.C:
			if a.paused || a.gone || len(a.held) > 0 {
				a.interrupt()
			}
		case r, ok := <-requests:
			if !ok {
				a.gone, requests = true, nil
				a.interrupt()
				continue
			}
			a.meet(r)
		}
	}
}

// meet deals with one request.
func (a *attendant) meet(r *request) {
	if r.err != nil {
		a.s.refuse(r, r.err)
		return
	}
	switch r.message.(type) {
	case *dap.PauseRequest:
		a.s.done(r)
		a.paused = true
	case *dap.ThreadsRequest:
		a.s.respond(r, a.s.list.response())
		return
	case *dap.DisconnectRequest, *dap.TerminateRequest, *dap.RestartRequest, *dap.ConfigurationDoneRequest,
		*dap.SetBreakpointsRequest, *dap.SetFunctionBreakpointsRequest, *dap.SetInstructionBreakpointsRequest,
		*dap.SetDataBreakpointsRequest, *dap.SetExceptionBreakpointsRequest:
		a.held = append(a.held, r)
	default:
		a.s.refuse(r, errRunning)
		return
	}
	a.interrupt()
}

package dap

import (
	"context"
	"errors"
	"sync"

	"github.com/google/go-dap"
)

// attendant handles requests that arrive while the program runs.
type attendant struct {
	s         *server
	brief     bool               // the program moves only if an expression calls a function of it
	interrupt context.CancelFunc // cancels the command that moves the program
	done      chan struct{}      // closed when the program has stopped
	ended     sync.WaitGroup

	held   []*request // requests to answer once the program has stopped
	paused bool       // the user asked for a stop
	gone   bool       // the end of the stream also asks for a stop
}

// errRunning is the error for a request that needs a stopped program.
var errRunning = errors.New("the program is running")

// attended runs a command that moves the program, while an attendant handles requests; a brief
// one moves it at most to call a function. When it returns, the attendant has ended and its
// fields may be read.
func (s *server) attended(brief bool, move func() error) (*attendant, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a := &attendant{s: s, brief: brief, interrupt: cancel, done: make(chan struct{})}
	a.ended.Go(a.loop)
	err := s.session.Within(ctx, move)
	close(a.done)
	a.ended.Wait()
	return a, err
}

func (a *attendant) loop() {
	requests := a.s.requests
	for {
		select {
		case <-a.done:
			return
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

// meet handles one request.
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
	case *dap.DisconnectRequest, *dap.TerminateRequest, *dap.RestartRequest:
		a.held = append(a.held, r)
	case *dap.ConfigurationDoneRequest,
		*dap.SetBreakpointsRequest, *dap.SetFunctionBreakpointsRequest, *dap.SetInstructionBreakpointsRequest,
		*dap.SetDataBreakpointsRequest, *dap.SetExceptionBreakpointsRequest:
		a.held = append(a.held, r)
		if a.brief {
			return
		}
	default:
		if a.brief { // the client has not been told that the program runs
			a.held = append(a.held, r)
		} else {
			a.s.refuse(r, errRunning)
		}
		return
	}
	a.interrupt()
}

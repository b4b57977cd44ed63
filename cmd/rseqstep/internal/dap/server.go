package dap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/commands"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/opvcall"
)

// Config is the input of Serve.
type Config struct {
	In  *bufio.Reader
	Out io.Writer

	// Initialized is the client's initialize request, if somebody else has already
	// answered it. First is then the next message, and Seq the highest sequence number
	// that the client has seen.
	Initialized, First []byte
	Seq                int

	About string // the debugger's version

	CPUOpv opvcall.Call // the cpu_opv call for programs whose configuration names none
}

// server is one debugging session with one editor.
type server struct {
	*conn
	session  *session.Session
	interp   *prompt.Interp
	console  bytes.Buffer // output of the session for its user
	requests chan *request

	client  dap.InitializeRequestArguments
	greeted bool // the client has received our capabilities

	handedOver bool // the client has received those of Delve before

	paths   []substitution
	program *program // the program launched or attached to; nil for none yet
	cpuOpv  opvcall.Call
	changed map[string]*string // in the program's environment, by its configuration

	shown    *show.Stop   // the last stop
	outputs  []*forwarder // of the launched program
	terminal *terminal    // the client's in which it runs; nil for none
	threads  map[int]bool // those the client knows
	list     *threadList  // the threads at the last stop
	handles  handles
	points   points
	after    func() error // what to do after the response was sent
	ended    bool
	over     bool // "terminated" was sent
}

// Serve serves one editor until it disconnects or the connection ends. It then kills a
// launched program and detaches from an attached process.
//
// Precondition: the calling goroutine is locked to its OS thread, which becomes the
// tracer. Error: *FramingError if the stream does not follow the protocol.
func Serve(c Config) (err error) {
	s := &server{conn: &conn{r: c.In, w: c.Out, seq: c.Seq, declined: make(chan refusal, 4)}, requests: make(chan *request, 16), cpuOpv: c.CPUOpv, list: &threadList{}, threads: map[int]bool{}}
	settings := session.DefaultSettings()
	settings.Confirm, settings.Pending = false, session.PendingOn
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	s.session = session.New(session.Config{Out: &s.console, Err: &s.console, Settings: settings, About: c.About, CPUOpv: c.CPUOpv,
		Stdio: &[3]*os.File{null, null, null}, Stopped: func(v *show.Stop) { s.shown = v },
		Running: func(text string) { s.output("console", text) }})
	defer func() { err = errors.Join(err, s.close()) }()
	s.interp = &prompt.Interp{Err: &s.console}
	commands.All(s.interp, s.session)

	if c.Initialized != nil {
		if m, ok := decode(c.Initialized).message.(*dap.InitializeRequest); ok {
			s.client, s.greeted, s.handedOver = m.Arguments, true, true
		}
		s.event("capabilities", &dap.CapabilitiesEvent{Body: dap.CapabilitiesEventBody{Capabilities: capabilities()}})
		s.answer(decode(c.First))
	}
	broken := make(chan error, 1)
	go s.receive(broken)
	for !s.ended {
		select {
		case r, ok := <-s.requests:
			if !ok {
				return <-broken
			}
			s.answer(r)
		case <-s.session.Terminated():
			s.terminated()
			return nil
		}
		if err := s.broken(); err != nil {
			return err
		}
	}
	return nil
}

// receive delivers requests until the stream ends.
func (s *server) receive(broken chan<- error) {
	defer close(s.requests)
	for {
		r, err := s.read()
		var framing *FramingError
		switch {
		case errors.As(err, &framing):
			s.refuse(&request{}, err)
			broken <- err
			return
		case err != nil: // the editor has disconnected
			s.decline(refusal{why: "it has disconnected"})
			broken <- nil
			return
		}
		s.requests <- r
	}
}

// close ends the process and its output.
func (s *server) close() error {
	err := s.session.Close()
	for _, f := range s.outputs {
		f.drain()
	}
	return errors.Join(err, s.terminal.close())
}

// answer answers one request, and then does what the request started.
func (s *server) answer(r *request) {
	s.after = nil
	if err := s.dispatch(r); err != nil {
		s.refuse(r, err)
	}
	s.flush()
	for s.after != nil && !s.ended {
		do := s.after
		s.after = nil
		if err := do(); err != nil {
			s.output("stderr", err.Error()+"\n")
		}
		s.flush()
	}
}

// flush sends the session's output to the editor.
func (s *server) flush() {
	s.output("console", s.take())
}

// take returns what the session has written since the last call.
func (s *server) take() string {
	text := s.console.String()
	s.console.Reset()
	return text
}

// dispatch answers a request; a returned error becomes the answer. Only Serve's
// goroutine calls it, while the program is stopped.
func (s *server) dispatch(r *request) error {
	if r.err != nil {
		return r.err
	}
	if m, ok := r.message.(*dap.InitializeRequest); ok {
		return s.initialize(r, m)
	}
	if !s.greeted {
		return errors.New("initialize must come first")
	}
	switch m := r.message.(type) {
	case *dap.LaunchRequest:
		return s.launch(r, m.Arguments)
	case *dap.AttachRequest:
		return s.attach(r, m.Arguments)
	case *dap.ConfigurationDoneRequest:
		return s.configured(r)
	case *dap.RestartRequest:
		return s.restart(r, m.Arguments)
	case *dap.DisconnectRequest:
		return s.disconnect(r, m.Arguments)
	case *dap.TerminateRequest:
		return s.terminate(r)
	case *dap.SetBreakpointsRequest:
		return s.setBreakpoints(r, m.Arguments)
	case *dap.SetFunctionBreakpointsRequest:
		return s.setFunctionBreakpoints(r, m.Arguments)
	case *dap.SetInstructionBreakpointsRequest:
		return s.setInstructionBreakpoints(r, m.Arguments)
	case *dap.SetExceptionBreakpointsRequest:
		return s.setExceptionBreakpoints(r, m.Arguments)
	case *dap.CompletionsRequest:
		return s.completions(r, m.Arguments)
	case *dap.BreakpointLocationsRequest:
		return s.breakpointLocations(r, m.Arguments)
	case *dap.EvaluateRequest:
		return s.evaluate(r, m.Arguments)
	}
	if !s.session.HasProcess() {
		return fmt.Errorf("%s: no program is being debugged", r.Command)
	}
	return s.dispatchLive(r)
}

// dispatchLive answers requests that need a process.
func (s *server) dispatchLive(r *request) error {
	switch r.message.(type) {
	case *dap.ContinueRequest, *dap.NextRequest, *dap.StepInRequest, *dap.StepOutRequest:
		if !s.session.Live() {
			return s.session.NotRun() // a core file
		}
	}
	switch m := r.message.(type) {
	case *dap.ContinueRequest:
		return s.proceed(r)
	case *dap.NextRequest:
		return s.move(r, m.Arguments.ThreadId, m.Arguments.Granularity, (*stepper.Engine).Next, (*stepper.Engine).NextInstruction)
	case *dap.StepInRequest:
		return s.stepIn(r, m.Arguments)
	case *dap.StepInTargetsRequest:
		return s.stepInTargets(r, m.Arguments)
	case *dap.ModulesRequest:
		return s.modules(r, m.Arguments)
	case *dap.LoadedSourcesRequest:
		return s.loadedSources(r)
	case *dap.StepOutRequest:
		return s.stepOut(r, m.Arguments.ThreadId)
	case *dap.PauseRequest: // it is stopped already
		s.done(r)
		return nil
	case *dap.ThreadsRequest:
		s.respond(r, s.list.response())
		return nil
	case *dap.StackTraceRequest:
		return s.stackTrace(r, m.Arguments)
	case *dap.ScopesRequest:
		return s.scopes(r, m.Arguments)
	case *dap.VariablesRequest:
		return s.variables(r, m.Arguments)
	case *dap.SetVariableRequest:
		return s.setVariable(r, m.Arguments)
	case *dap.SetExpressionRequest:
		return s.setExpression(r, m.Arguments)
	case *dap.ExceptionInfoRequest:
		return s.exceptionInfo(r)
	case *dap.DataBreakpointInfoRequest:
		return s.dataBreakpointInfo(r, m.Arguments)
	case *dap.SetDataBreakpointsRequest:
		return s.setDataBreakpoints(r, m.Arguments)
	case *dap.DisassembleRequest:
		return s.disassemble(r, m.Arguments)
	case *dap.ReadMemoryRequest:
		return s.readMemory(r, m.Arguments)
	case *dap.WriteMemoryRequest:
		return s.writeMemory(r, m.Arguments)
	}
	return fmt.Errorf("the request %q is not supported", r.Command)
}

// capabilities returns those of `rseqstep dap`, a superset of Delve's.
func capabilities() dap.Capabilities {
	return dap.Capabilities{
		SupportsConfigurationDoneRequest:   true,
		SupportsFunctionBreakpoints:        true,
		SupportsConditionalBreakpoints:     true,
		SupportsHitConditionalBreakpoints:  true,
		SupportsEvaluateForHovers:          true,
		SupportsSetVariable:                true,
		SupportsSetExpression:              true,
		SupportsRestartRequest:             true,
		SupportsValueFormattingOptions:     true,
		SupportsExceptionInfoRequest:       true,
		SupportTerminateDebuggee:           true,
		SupportsDelayedStackTraceLoading:   true,
		SupportsLogPoints:                  true,
		SupportsTerminateRequest:           true,
		SupportsDataBreakpoints:            true,
		SupportsReadMemoryRequest:          true,
		SupportsWriteMemoryRequest:         true,
		SupportsDisassembleRequest:         true,
		SupportsClipboardContext:           true,
		SupportsSteppingGranularity:        true,
		SupportsInstructionBreakpoints:     true,
		SupportsCompletionsRequest:         true,
		CompletionTriggerCharacters:        []string{".", ">"},
		SupportsStepInTargetsRequest:       true,
		SupportsBreakpointLocationsRequest: true,
		SupportsModulesRequest:             true,
		SupportsLoadedSourcesRequest:       true,
		SupportsExceptionFilterOptions:     true,
		ExceptionBreakpointFilters:         exceptionFilters(),
	}
}

func (s *server) initialize(r *request, m *dap.InitializeRequest) error {
	switch {
	case s.greeted:
		return errors.New("initialize has been answered already")
	case m.Arguments.PathFormat != "" && m.Arguments.PathFormat != "path":
		return fmt.Errorf("the path format %q is not supported, only \"path\"", clip(m.Arguments.PathFormat))
	}
	s.client, s.greeted = m.Arguments, true
	s.respond(r, &dap.InitializeResponse{Body: capabilities()})
	return nil
}

// line converts a line number to the client's numbering.
func (s *server) line(n int) int {
	if n > 0 && !s.client.LinesStartAt1 {
		return n - 1
	}
	return n
}

// lineFrom converts a line number of the client's to ours.
func (s *server) lineFrom(n int) int {
	if !s.client.LinesStartAt1 {
		return n + 1
	}
	return n
}

// substitution maps a source path of the program to the client's.
type substitution struct {
	From string `json:"from"` // the client's
	To   string `json:"to"`   // the program's
}

func (s *server) clientPath(p string) string {
	for _, x := range s.paths {
		if rest, ok := strings.CutPrefix(p, x.To); ok {
			return x.From + rest
		}
	}
	return p
}

func (s *server) programPath(p string) string {
	for _, x := range s.paths {
		if rest, ok := strings.CutPrefix(p, x.From); ok {
			return x.To + rest
		}
	}
	return p
}

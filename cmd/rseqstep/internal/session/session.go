package session

import (
	"context"
	"fmt"
	"io"
	"os"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
)

// Config is what a Session is made of.
type Config struct {
	Out, Err io.Writer
	Style    show.Style
	JSON     bool // stops as JSON objects instead of text
	TTY      bool // there is a person to ask
	Batch    bool // an interrupt ends the session
	Logs     Logs

	Program string   // path of the file; "" when none was named yet
	Args    []string // the program's
	Cwd     string   // the program's; "" is the debugger's

	// Stdio are a launched program's standard input, output and error; nil: the
	// debugger's own, or what <FILE, >FILE and the like among Args say. They
	// stay the caller's.
	Stdio *[3]*os.File

	CPUOpv stepper.CPUOpv // the call that programs are given

	Settings Settings
	About    string // the debugger's version

	// Confirm asks a person a question until it is answered; nil: there is none.
	// Error: prompt.ErrAborted when the question was given up, or another that ends
	// the command.
	Confirm func(prompt.Question) (yes bool, err error)

	// Stopped is given every stop, which is then not written to Out.
	Stopped func(*show.Stop)

	// Running is given what is to be said while the program runs, which is then
	// not written to Out.
	Running func(text string)
}

// Logs get what happens while it happens; nil for none.
type Logs struct {
	Stops io.Writer // every stop as JSON
	Opv   io.Writer // every cpu_opv vector that was executed, and what it came to
}

// Session is the state of one debugging session.
type Session struct {
	Config
	warned map[string]bool // what warn has shown
	Env    *Environment

	file    *program // symbols of Program while nothing runs; nil until needed
	process *process // nil when nothing runs

	breakpoints []*Breakpoint
	numbered    int // the last breakpoint number given
	displays    []*Display
	displayed   int
	displaying  bool // the expressions are being shown

	level   int // the selected frame
	last    frameID
	list    listing
	sources sources

	ExitCode int  // of the last process that ended
	Exited   bool // a process has ended
	Dying    int  // the signal that the process stands at and will die of; 0 for none
	after    []string
	watcher  *watcher

	meanwhile context.Context      // whose end stops the program, too
	handle    *stepper.SignalTable // nil: the defaults
	history   *expr.Session
}

// ErrNotRun is what commands that need a process return without one.
var ErrNotRun = prompt.Message("The program is not being run.")

// New makes a session. Close ends it.
func New(c Config) *Session {
	s := &Session{Config: c, meanwhile: context.Background(), Env: NewEnvironment(os.Environ()), history: expr.NewSession()}
	s.watcher = watch()
	return s
}

// Close ends the session: a launched process is killed, an attached one let go.
func (s *Session) Close() error {
	s.watcher.stop()
	var err error
	s.CloseCore()
	if s.process != nil {
		if s.process.attached {
			err = s.process.engine.Detach()
		} else {
			err = s.process.engine.Kill()
		}
		s.process = nil
	}
	return err
}

// Live reports whether there is a process that can run.
func (s *Session) Live() bool { return s.process != nil && s.process.core == nil }

// HasProcess reports whether there is a process to look at, or a core file.
func (s *Session) HasProcess() bool { return s.process != nil }

// Attached reports whether the process is one we did not start.
func (s *Session) Attached() bool { return s.process != nil && s.process.attached }

// Engine is the engine of the process, or of a core file: to look at (LiveEngine to
// move it). Error: ErrNotRun.
func (s *Session) Engine() (*stepper.Engine, error) {
	if s.process == nil {
		return nil, ErrNotRun
	}
	return s.process.engine, nil
}

// PID is the process's id, 0 without one.
func (s *Session) PID() int {
	if s.process == nil {
		return 0
	}
	return s.process.target.PID()
}

// ProcID is the id under which proc(5) shows the process, 0 without one.
func (s *Session) ProcID() int {
	if s.process == nil {
		return 0
	}
	return stepper.ProcID(s.process.target)
}

// Terminated is closed when the debugger was asked to end by SIGTERM or SIGHUP.
func (s *Session) Terminated() <-chan struct{} { return s.watcher.terminated }

// After hands over, once, the lines that the last stop's breakpoints asked for.
func (s *Session) After() []string {
	lines := s.after
	s.after = nil
	return lines
}

// Ask asks whether a command is meant, and returns nil where it is: refusal where
// it is not (nil: nothing more is said), or an error of Confirm. Without a person,
// or with `set confirm off`, it is.
func (s *Session) Ask(refusal error, format string, args ...any) error {
	if !s.TTY || !s.Settings.Confirm || s.Confirm == nil {
		return nil
	}
	yes, err := s.Confirm(prompt.Question{Text: fmt.Sprintf(format, args...)})
	switch {
	case yes || err != nil:
		return err
	case refusal == nil:
		return prompt.ErrReported
	}
	return refusal
}

func (s *Session) printf(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// warn shows a warning of the symbols', once a session: file and process read
// the same program.
func (s *Session) warn(text string) {
	if s.warned == nil {
		s.warned = map[string]bool{}
	}
	if !s.warned[text] {
		s.warned[text] = true
		fmt.Fprintf(s.Err, "warning: %s\n", text)
	}
}

package session

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
	"rseqstep/stepper/opvcall"
	"rseqstep/stepper/tracee"
)

// Config is the configuration of a Session.
type Config struct {
	Out, Err io.Writer
	Style    show.Style
	JSON     io.Writer // receives stops and data as JSON objects, instead of text to Out; nil: text
	TTY      bool      // there is a user to ask
	Batch    bool      // an interrupt ends the session
	Logs     Logs

	Program string   // path of the file; "" if none was named yet
	Args    []string // the program's
	Cwd     string   // the program's; "" is the debugger's

	// Stdio are a launched program's standard input, output and error; nil: the
	// debugger's own, or the redirections among Args. The caller keeps ownership.
	Stdio *[3]*os.File

	CPUOpv opvcall.Call // the cpu_opv call for programs

	Settings Settings
	About    string // the debugger's version

	// Confirm asks the user a question until it is answered; nil: there is no user.
	// Error: prompt.ErrAborted if the user cancelled the question, or another that ends
	// the command.
	Confirm func(prompt.Question) (yes bool, err error)

	// Stopped receives every stop, which is then not written to Out.
	Stopped func(*show.Stop)

	// Shown is called after a stop has been written to Out; nil: nothing follows it.
	Shown func(*show.Stop)

	// Resuming is called before a command moves the program; nil: nobody wants to know.
	Resuming func()

	// Running receives messages while the program runs, which are then not written to
	// Out.
	Running func(text string)
}

// Logs receive events as they happen; nil for none.
type Logs struct {
	Stops io.Writer // every stop as JSON
	Opv   io.Writer // every cpu_opv vector that was executed, and its result
}

// Session is the state of one debugging session.
type Session struct {
	Config
	warned map[string]bool // warnings already shown
	Env    *Environment

	file    *program // symbols of Program while nothing runs; nil until needed
	process *process // nil when nothing runs

	breakpoints []*Breakpoint
	numbered    int            // the last breakpoint number used
	names       map[int]string // the user's names of threads, by id
	skips       []*Skip
	skipped     int // the last number of a skip used
	displays    []*Display
	displayed   int
	explained   bool // the words of a report were explained
	displaying  bool // the expressions are being shown

	level   int // the selected frame
	last    frameID
	list    listing
	sources sources

	ExitCode int  // of the last process that ended
	Exited   bool // a process has ended
	Dying    int  // the fatal signal at which the process stands; 0 for none
	after    []string
	watcher  *watcher

	meanwhile context.Context      // its end stops the program, too
	handle    *stepper.SignalTable // nil: the defaults
	history   *expr.Session
}

// ErrNotRun is the error of commands that need a process when there is none.
var ErrNotRun = prompt.Message("The program is not being run.")

// New creates a session. Close ends it.
func New(c Config) *Session {
	s := &Session{Config: c, meanwhile: context.Background(), Env: NewEnvironment(os.Environ()), history: expr.NewSession()}
	s.history.UTF8 = utf8Locale(s.Env)
	s.watcher = watch()
	return s
}

// PrintOptions are the settings of "set print".
func (s *Session) PrintOptions() *expr.Options { return &s.history.Options }

// utf8Locale reports whether the user's locale has the characters of UTF-8 (locale(7)).
func utf8Locale(env *Environment) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, _ := env.Lookup(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// Close ends the session: it kills a launched process, and detaches from an attached
// one.
func (s *Session) Close() error {
	defer s.watcher.stop() // SIGHUP, which follows the end of the input when a window closes, must not end a detach half way
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

// HasProcess reports whether there is a process to inspect, or a core file.
func (s *Session) HasProcess() bool { return s.process != nil }

// Attached reports whether the debugger attached to the process instead of starting it.
func (s *Session) Attached() bool { return s.process != nil && s.process.attached }

// Engine returns the engine of the process, or of a core file, for inspection (to move
// it, use LiveEngine). Error: ErrNotRun.
func (s *Session) Engine() (*stepper.Engine, error) {
	if s.process == nil {
		return nil, ErrNotRun
	}
	return s.process.engine, nil
}

// PID returns the process's id, 0 without one.
func (s *Session) PID() int {
	if s.process == nil {
		return 0
	}
	return s.process.target.PID()
}

// ProcID returns the id under which proc(5) shows the process, 0 without one.
func (s *Session) ProcID() int {
	if s.process == nil {
		return 0
	}
	return tracee.ProcID(s.process.target)
}

// Terminated returns the channel that is closed when one of Endings asks the
// debugger to end.
func (s *Session) Terminated() <-chan struct{} { return s.watcher.terminated }

// After returns, once, the lines that the last stop's breakpoints want run.
func (s *Session) After() []string {
	lines := s.after
	s.after = nil
	return lines
}

// Ask asks whether the user means a command. It returns nil for yes; for no it returns
// refusal (nil: no further message); or an error of Confirm. Without a user, or with
// `set confirm off`, the answer is yes.
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

// warn shows a warning about symbols once per session: file and process read the same
// program.
func (s *Session) warn(text string) {
	if s.warned == nil {
		s.warned = map[string]bool{}
	}
	if !s.warned[text] {
		s.warned[text] = true
		fmt.Fprintf(s.Err, "warning: %s\n", text)
	}
}

package delve

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Form is how Delve started us as its debug server.
type Form int

const (
	NoForm      Form = iota // the process was not started by Delve
	Debugserver             // as macOS's debugserver, which dials Delve: DELVE_DEBUGSERVER_PATH
	LLDBServer              // as lldb-server, which Delve dials: found on PATH
)

// Names under which the binary is a debug server: the last path elements of argv[0].
const (
	DebugserverName = "rseqstep-debugserver"
	LLDBServerName  = "lldb-server"
)

// selfPath is argv[0] when `rseqstep dlv` starts itself.
const selfPath = "/proc/self/exe"

// FormOf determines from argv[0] whether Delve started the process, and how.
func FormOf(argv0 string) Form {
	switch filepath.Base(argv0) {
	case DebugserverName, "debugserver":
		return Debugserver
	case LLDBServerName:
		return LLDBServer
	}
	if argv0 == selfPath {
		return Debugserver
	}
	return NoForm
}

// Launch is what Delve asks its debug server to do (Delve,
// pkg/proc/gdbserial/gdbserver.go, LLDBLaunch and LLDBAttach).
type Launch struct {
	Address string // host:port to dial, or in the form LLDBServer to listen on

	Program []string // program and its arguments, or
	Attach  int      // a process id, or
	WaitFor WaitFor  // a process that does not exist yet

	Env   []string  // "NAME=value", in addition to our own
	Stdio [3]string // paths of standard input, output and error; "" for none
	ASLR  bool

	CPUOpv  string // value of CPUOpvVariable, once the environment is prepared
	console string // value of ConsoleVariable
}

// WaitFor describes a process that does not exist yet.
type WaitFor struct {
	Name     string // the beginning of its name; "" for none
	Interval time.Duration
	Duration time.Duration // 0: no limit
}

// UnknownOptionError says that an option is not known, in the words that Delve looks
// for when it tries an option (canUnmaskSignals).
type UnknownOptionError string

func (e UnknownOptionError) Error() string { return "unrecognized option '" + string(e) + "'" }

// ParseLaunch parses the command line, without argv[0]. Errors are UnknownOptionError,
// or say what is missing.
func ParseLaunch(form Form, args []string) (*Launch, error) {
	l := &Launch{ASLR: true}
	if form == LLDBServer {
		if len(args) == 0 || args[0] != "gdbserver" {
			return nil, errors.New("only the mode gdbserver is known")
		}
		args = args[1:]
	}
	for len(args) > 0 {
		name, value, inline := strings.Cut(args[0], "=")
		args = args[1:]
		if name == "--" {
			l.Program = args
			break
		}
		if !takesValue(form, name) {
			if err := l.flag(form, name); err != nil {
				return nil, err
			}
			continue
		}
		if !inline {
			if len(args) == 0 {
				return nil, fmt.Errorf("option %s needs a value", name)
			}
			value, args = args[0], args[1:]
		}
		if err := l.option(name, value); err != nil {
			return nil, fmt.Errorf("option %s: %w", name, err)
		}
	}
	return l, l.complete()
}

// takesValue reports whether an option has a value. debugserver's log options -l and -g
// may come from --log-output=lldbout.
func takesValue(form Form, name string) bool {
	if form == LLDBServer {
		return name == "--attach"
	}
	return slices.Contains([]string{"-e", "-R", "-l", "--attach", "--waitfor", "--waitfor-interval", "--waitfor-duration",
		"--stdin-path", "--stdout-path", "--stderr-path", "--stdio-path"}, name)
}

// flag handles an argument without a value.
func (l *Launch) flag(form Form, name string) error {
	switch {
	case name == "-D":
		l.ASLR = false
	case name == "-F" || name == "-g": // we pass the environment on anyway
	case form == LLDBServer && l.Address == "" && !strings.HasPrefix(name, "-"):
		l.Address = name
	default:
		return UnknownOptionError(name)
	}
	return nil
}

func (l *Launch) option(name, value string) (err error) {
	switch name {
	case "-R":
		l.Address = value
	case "-e":
		l.Env = append(l.Env, value)
	case "--stdin-path":
		l.Stdio[0] = value
	case "--stdout-path":
		l.Stdio[1] = value
	case "--stderr-path":
		l.Stdio[2] = value
	case "--stdio-path":
		l.Stdio = [3]string{value, value, value}
	case "--attach":
		l.Attach, err = strconv.Atoi(value)
	case "--waitfor":
		l.WaitFor.Name = value
	case "--waitfor-interval": // microseconds
		l.WaitFor.Interval, err = time.ParseDuration(value + "us")
	case "--waitfor-duration": // seconds
		l.WaitFor.Duration, err = time.ParseDuration(value + "s")
	}
	return err
}

// complete reports what is missing.
func (l *Launch) complete() error {
	switch {
	case l.Address == "":
		return errors.New("no address was given")
	case len(l.Program) == 0 && l.Attach == 0 && l.WaitFor.Name == "":
		return errors.New("no program and no process was named")
	}
	return nil
}

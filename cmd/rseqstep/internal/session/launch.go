package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
)

// Launch starts the program, sets the breakpoints in it, and lets it run unless it
// should stay at its first instruction.
func (s *Session) Launch(hold bool) error {
	if err := s.launch(); err != nil {
		return err
	}
	if hold {
		s.last = frameID{}
		s.Present(stepper.Stop{Reason: stepper.StopLoaded, TID: s.process.engine.Thread(), PC: s.pc()}, 0)
		return nil
	}
	return s.Move((*stepper.Engine).Continue)
}

// LaunchTo starts the program and runs it to a location.
func (s *Session) LaunchTo(location string) error {
	if err := s.Add(&Breakpoint{Location: location, Temporary: true}); err != nil {
		return err
	}
	return s.Launch(false)
}

func (s *Session) launch() (err error) {
	files, argv, closeFiles, err := s.standardFiles()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeFiles()) }()
	path, err := filepath.Abs(s.Program)
	if err != nil {
		return err
	}
	f, err := openProgram(s.Program) // the file may have changed since
	if err == nil {
		err = runs(s.Program, f)
	}
	if err != nil {
		return err
	}
	var tty *os.File
	if s.Stdio == nil {
		tty = terminal()
	}
	target, err := ptrace.Launch(ptrace.LaunchOptions{Path: s.Program, Args: append([]string{path}, argv...), Env: s.Env.List(), Dir: s.Cwd,
		Stdin: files[0], Stdout: files[1], Stderr: files[2], ASLR: s.Settings.ASLR, Trap: s.CPUOpv.Number, NewGroup: true, Terminal: tty})
	if err != nil {
		return err
	}
	if s.JSON == nil && s.TTY {
		s.printf("Starting program: %s\n", strings.TrimSpace(path+" "+s.ArgsText()))
	}
	s.CloseCore()
	if err := s.create(target, false); err != nil {
		return err
	}
	s.process.tty = tty
	s.takeTerminal(s.process)
	s.plantAll()
	return nil
}

// standardFiles returns the program's standard input, output and error, nil for the
// debugger's own, and the remaining arguments.
func (s *Session) standardFiles() (files [3]*os.File, argv []string, closeFiles func() error, err error) {
	if s.Stdio != nil {
		return *s.Stdio, s.Args, func() error { return nil }, nil
	}
	files, argv, err = openRedirections(s.Args)
	return files, argv, func() (err error) {
		for _, f := range files {
			if f != nil {
				err = errors.Join(err, f.Close())
			}
		}
		return err
	}, err
}

// terminal returns the terminal that the program will share with the debugger, nil for
// none.
func terminal() *os.File {
	if term.IsTerminal(int(os.Stdin.Fd())) {
		return os.Stdin
	}
	return nil
}

// giveTerminal makes the program the terminal's foreground process group, so that it
// can read from it and gets its Ctrl-C.
func (s *Session) giveTerminal(p *process) {
	if p.tty != nil && p.live.Alive() {
		if err := p.live.GiveTerminal(p.tty); err != nil {
			fmt.Fprintf(s.Err, "note: the program does not get the terminal: %v\n", err)
		}
	}
}

func (s *Session) takeTerminal(p *process) {
	if p.tty != nil {
		if err := p.live.TakeTerminal(p.tty); err != nil {
			fmt.Fprintf(s.Err, "note: the terminal stays with the program: %v\n", err)
		}
	}
}

// SetArgs sets the program's arguments from a line.
func (s *Session) SetArgs(text string) error {
	words, err := prompt.Words(text)
	if err != nil {
		return err
	}
	s.Args = words
	return nil
}

// ArgsText returns the arguments as SetArgs takes them.
func (s *Session) ArgsText() string {
	var out []string
	for _, a := range s.Args {
		if a == "" || strings.ContainsAny(a, " \t'\"\\") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}

// openRedirections removes <FILE, >FILE, >>FILE and 2>FILE from arguments and opens the
// files: standard input, output and error; nil for those not redirected.
func openRedirections(args []string) (files [3]*os.File, rest []string, err error) {
	ops := []struct {
		op   string
		fd   int
		flag int
	}{
		{"2>>", 2, os.O_WRONLY | os.O_CREATE | os.O_APPEND}, {"2>", 2, os.O_WRONLY | os.O_CREATE | os.O_TRUNC},
		{">>", 1, os.O_WRONLY | os.O_CREATE | os.O_APPEND}, {">", 1, os.O_WRONLY | os.O_CREATE | os.O_TRUNC}, {"<", 0, os.O_RDONLY},
	}
	defer func() {
		if err != nil {
			for _, f := range files {
				if f != nil {
					f.Close()
				}
			}
		}
	}()
next:
	for i := 0; i < len(args); i++ {
		for _, o := range ops {
			name, ok := strings.CutPrefix(args[i], o.op)
			if !ok {
				continue
			}
			if name == "" {
				if i++; i == len(args) {
					return files, nil, fmt.Errorf("a file name must follow %q", o.op)
				}
				name = args[i]
			}
			f, err := os.OpenFile(name, o.flag, 0o666)
			if err != nil {
				return files, nil, err
			}
			if files[o.fd] != nil {
				files[o.fd].Close()
			}
			files[o.fd] = f
			continue next
		}
		rest = append(rest, args[i])
	}
	return files, rest, nil
}

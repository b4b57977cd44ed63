package dap

import (
	"fmt"
	"os"
	"time"
	"unicode/utf8"
)

// drainTime is how long the adapter waits for the last output of a program that has
// ended: a child of the program may hold the pipe open for ever.
const drainTime = 300 * time.Millisecond

// forwarder sends the editor what the program writes to one of its outputs.
type forwarder struct {
	file *os.File // our end of the pipe
	done chan struct{}
}

// forward starts forwarding. It closes file when it is done.
func (s *server) forward(file *os.File, category string) *forwarder {
	f := &forwarder{file: file, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		defer file.Close()
		buf := make([]byte, 16<<10)
		kept := 0 // bytes of an incomplete character
		for {
			n, err := file.Read(buf[kept:])
			n += kept
			kept = 0
			if err == nil {
				kept = partial(buf[:n])
			}
			s.output(category, string(buf[:n-kept]))
			copy(buf, buf[n-kept:n])
			if err != nil {
				return
			}
		}
	}()
	return f
}

// partial returns how many bytes at the end are the beginning of a UTF-8 character.
func partial(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// drain waits a short while for the remaining output, and then stops forwarding.
func (f *forwarder) drain() {
	// Deadlines work on pipes; if setting one fails, the timer ends the wait.
	_ = f.file.SetReadDeadline(time.Now().Add(drainTime))
	select {
	case <-f.done:
	case <-time.After(2 * drainTime):
	}
}

// drain waits for the last output of a program that has ended.
func (s *server) drain() {
	for _, f := range s.outputs {
		f.drain()
	}
	s.outputs = nil
	if err := s.terminal.close(); err != nil {
		s.output("stderr", err.Error()+"\n")
	}
	s.terminal = nil
}

// connectOutput prepares the program's standard files. The caller calls done once the
// program has them.
func (s *server) connectOutput(a *launchArguments) (done func(), err error) {
	var ours []*os.File // closed once the program has them
	done = func() {
		for _, f := range ours {
			f.Close()
		}
	}
	kind, err := s.wantsTerminal(a)
	if err != nil {
		return nil, err
	}
	if kind != "" {
		if s.terminal, err = s.openTerminal(kind, a); err != nil {
			return nil, err
		}
	}
	open := func(path string, flag int) (*os.File, error) {
		f, err := os.OpenFile(a.path(path), flag, 0o666)
		if err == nil {
			ours = append(ours, f)
		}
		return f, err
	}
	stdin := a.StdinFrom
	if stdin == "" {
		stdin = os.DevNull
	}
	files := &[3]*os.File{}
	if a.StdinFrom == "" && s.terminal != nil {
		files[0] = s.terminal.file
	} else if files[0], err = open(stdin, os.O_RDONLY); err != nil {
		s.drain()
		return nil, fmt.Errorf("the program's standard input: %w", err)
	}
	for i, to := range []string{a.StdoutTo, a.StderrTo} {
		if to != "" {
			files[1+i], err = open(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
		} else if s.terminal != nil {
			files[1+i] = s.terminal.file
		} else {
			var r *os.File
			if r, files[1+i], err = os.Pipe(); err == nil {
				ours = append(ours, files[1+i])
				s.outputs = append(s.outputs, s.forward(r, []string{"stdout", "stderr"}[i]))
			}
		}
		if err != nil {
			done()
			s.drain()
			return nil, err
		}
	}
	s.session.Stdio = files
	return done, nil
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"time"
)

// service is a running program to attach to.
type service struct {
	p   program
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func serve(p program) (*service, error) {
	s := &service{p: p, cmd: exec.Command(p.path, p.args...)}
	s.cmd.Stderr = os.Stderr
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	if line, err := s.out.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, fmt.Errorf("the service says %q: %w", line, err)
	}
	return s, nil
}

// finish ends the service and checks its sums.
func (s *service) finish(patience time.Duration) error {
	stuck := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer stuck.Stop()
	_, _ = io.WriteString(s.in, "\n") // fails if the service has died, which Wait reports
	said, _ := io.ReadAll(s.out)
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("status: the service ended with %w: %s", err, said)
	}
	if !regexp.MustCompile(`^(?:` + s.p.prints + `)$`).Match(said) {
		return fmt.Errorf("output: the service printed %q", said)
	}
	return nil
}

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// debugger is a running rseqstep that receives commands on a pipe.
type debugger struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string // its output on both standard output and error; closed at its end
	asked int
	log   io.Writer // nil: none
	last  []string  // the latest commands and answers
}

// heard stores a line for the report of a failure.
func (d *debugger) heard(line string) {
	const kept = 40
	if d.log != nil {
		fmt.Fprintln(d.log, line)
	}
	d.last = append(d.last, line)
	d.last = d.last[max(0, len(d.last)-kept):]
}

// event is the part of a stop that matters here.
type event struct {
	Reason   string
	PID      int
	Signal   string
	ExitCode *int `json:"exit_code"`
}

var (
	errHang  = errors.New("hang")
	errEnded = errors.New("debugger ended")
)

// begin starts the debugger on a program, or attached to a process.
func begin(binary string, p program, attach int, log io.Writer) (*debugger, error) {
	args := []string{"--json", p.path}
	if attach != 0 {
		args = []string{"attach", "--json", fmt.Sprint(attach)}
	}
	d := &debugger{cmd: exec.Command(binary, args...), lines: make(chan string, 1024), log: log}
	d.cmd.Env = append(os.Environ(), p.env...)
	// A Ctrl-C is a signal to the debugger only.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	d.cmd.Stdout, d.cmd.Stderr = w, w
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	err = d.cmd.Start()
	w.Close()
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(d.lines)
		defer r.Close()
		s := bufio.NewScanner(r)
		s.Buffer(nil, 1<<24)
		for s.Scan() {
			d.lines <- s.Text()
		}
	}()
	return d, nil
}

// do runs a command and returns its answer. If after is not 0, it interrupts the
// debugger after that time, and again from time to time. Errors: errHang, errEnded.
func (d *debugger) do(command string, interrupt, patience time.Duration) (answer []string, err error) {
	d.asked++
	mark := fmt.Sprintf("@@%d@@", d.asked)
	d.heard("> " + command)
	if _, err := fmt.Fprintf(d.in, "%s\necho %s\\n\n", command, mark); err != nil {
		return nil, fmt.Errorf("%w: %w", errEnded, err)
	}
	const again = time.Second // a Ctrl-C between two moves has no effect
	lost := time.NewTimer(patience)
	defer lost.Stop()
	var ctrlC <-chan time.Time
	if interrupt != 0 {
		ctrlC = time.After(interrupt)
	}
	for {
		select {
		case line, ok := <-d.lines:
			if !ok {
				return answer, errEnded
			}
			if line == mark {
				return answer, nil
			}
			d.heard(line)
			answer = append(answer, line)
		case <-ctrlC:
			if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
				return answer, fmt.Errorf("%w: %w", errEnded, err)
			}
			ctrlC = time.After(again)
		case <-lost.C:
			return append(answer, d.dump()...), errHang
		}
	}
}

// dump makes the debugger print its goroutines, which ends it.
func (d *debugger) dump() (stacks []string) {
	if err := d.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return []string{err.Error()}
	}
	for end := time.After(10 * time.Second); ; {
		select {
		case line, ok := <-d.lines:
			if !ok {
				return stacks
			}
			stacks = append(stacks, line)
		case <-end:
			return stacks
		}
	}
}

// end closes the debugger's input and waits for it.
func (d *debugger) end(patience time.Duration) error {
	d.in.Close()
	gone := make(chan struct{})
	go func() {
		for range d.lines {
		}
		_ = d.cmd.Wait() // its exit status reports failed commands, which are expected
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-time.After(patience):
		err := d.cmd.Process.Kill()
		return errors.Join(fmt.Errorf("%w: the debugger does not end with its input", errHang), err)
	}
}

// events returns the stops in an answer.
func events(answer []string) (all []event, err error) {
	for _, line := range answer {
		if !strings.HasPrefix(line, `{"version"`) {
			continue
		}
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return nil, fmt.Errorf("JSON: %w in %s", err, line)
		}
		all = append(all, e)
	}
	return all, nil
}

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// round is one list of commands while it runs.
type round struct {
	d        *debugger
	p        program
	patience time.Duration
	printed  string // the file for the program's output
	tally    *tally
	live     bool // the program runs or is stopped under the debugger
	pid      int  // of the last program
	killed   bool // killed by the debugger: its output is incomplete
	runs     int
}

// maxRuns limits how often a round starts its program, for programs that end soon.
const maxRuns = 8

// carryOut runs a whole round: the list, and then the program to its end.
func (r *round) carryOut(list []step) error {
	for _, s := range list {
		if !r.live && !r.p.service && r.runs > 0 && !strings.HasPrefix(s.command, "attach") {
			if r.runs == maxRuns {
				break
			}
			if err := r.do(step{"start", time.Second}); err != nil {
				return err
			}
		}
		if err := r.do(s); err != nil {
			return fmt.Errorf("at %q: %w", s, err)
		}
	}
	if err := r.runOut(); err != nil {
		return fmt.Errorf("when run out: %w", err)
	}
	return nil
}

func (r *round) runOut() error {
	for _, c := range []string{"delete", "set inside off"} {
		if err := r.do(step{command: c}); err != nil {
			return err
		}
	}
	if r.p.service {
		if !r.live {
			return nil
		}
		return r.do(step{command: "detach"})
	}
	// Signals and late Ctrl-Cs stop it.
	for range 200 {
		if !r.live {
			return nil
		}
		if err := r.do(step{command: "continue"}); err != nil {
			return err
		}
	}
	return errors.New("end: it has been continued 200 times and lives")
}

// do runs one command and checks the answer.
func (r *round) do(s step) error {
	command := strings.ReplaceAll(s.command, pid, fmt.Sprint(r.pid))
	word, _, _ := strings.Cut(command, " ")
	switch word {
	case "run", "start", "starti":
		if r.live {
			r.killed = true
		}
		r.runs++
		command = fmt.Sprintf("%s %s < /dev/null > %s", word, strings.Join(r.p.args, " "), r.printed)
	case "kill":
		r.killed = r.live
	}
	r.tally.commands++
	begun := time.Now()
	answer, err := r.d.do(command, s.interrupt, r.patience)
	r.tally.slowest(s.String(), r.p.name, time.Since(begun))
	if err != nil {
		return fmt.Errorf("%w\n%s", err, strings.Join(answer, "\n"))
	}
	if err := r.judge(answer); err != nil {
		return err
	}
	switch word {
	case "kill":
		r.live = false
	case "detach":
		return r.letGo()
	}
	return nil
}

// judge checks an answer.
func (r *round) judge(answer []string) error {
	for _, line := range answer {
		if strings.HasPrefix(line, "internal") || strings.Contains(line, ": internal:") || strings.HasPrefix(line, "goroutine ") || strings.HasPrefix(line, "panic:") {
			return fmt.Errorf("internal: %s", strings.Join(answer, "\n"))
		}
		r.tally.line(line)
	}
	stops, err := events(answer)
	if err != nil {
		return err
	}
	for _, e := range stops {
		r.live = true
		if e.PID != 0 {
			r.pid = e.PID
		}
		r.tally.stops[e.Reason]++
		switch e.Reason {
		case "exited":
			r.live = false
			if *e.ExitCode != r.p.code || r.p.killed != "" {
				return fmt.Errorf("status: the program ended with %d", *e.ExitCode)
			}
			if err := r.said(); err != nil {
				return err
			}
		case "killed":
			r.live = false
			if e.Signal != r.p.killed {
				return fmt.Errorf("status: the program died by %s", e.Signal)
			}
			if err := r.said(); err != nil {
				return err
			}
		case "detached":
			r.live = false
		}
	}
	return nil
}

// said checks the output of a finished run.
func (r *round) said() error {
	if r.p.service {
		return errors.New("status: the service ended")
	}
	return r.p.said(r.printed)
}

// letGo checks a process after a detach: it runs, nobody traces it. If we started it,
// it runs to its end.
func (r *round) letGo() error {
	if !r.live {
		return nil
	}
	r.live = false
	return untraced(r.pid)
}

// settle waits for a program after a detach, and checks its output.
func (r *round) settle() error {
	if r.pid == 0 || r.p.service {
		return nil
	}
	for end := time.Now().Add(r.patience); !ended(r.pid); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("%w: the program does not end after it was let go", errHang)
		}
	}
	return nil
}

package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"rseqstep/stepper"
	"rseqstep/stepper/live"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
)

// process is the process being debugged.
type process struct {
	target      target
	engine      *stepper.Engine
	symbols     *symbols.Set
	attached    bool
	points      map[point]*planted
	catchpoints []int // the Engine's numbers for the events that the client wants reported
	features    []feature
	regs        []register        // nil until they are needed
	expedited   []int             // the numbers of those that a stop reply has
	owned       map[uint64]uint64 // sizes of lldb's scratch allocations in the program's memory, by address
	stop        stepper.Stop      // the last one
	forward     *forward          // carries the program's output; nil: the server does not receive the output
}

// launchWith are the settings of clients for the programs they start.
type launchWith struct {
	env     []string
	dir     string
	aslr    bool
	bare    bool // the arguments contain no shell redirections
	started      // how gdb itself would start programs

	stdio [3]string // files that lldb has named for standard input, output and error; "" for none
}

// launch starts a program. The error says why that failed.
func (s *Server) launch(ctx context.Context, path string, args []string) (err error) {
	dir := cmp.Or(s.with.dir, s.with.started.Dir)
	file, err := findProgram(path, dir)
	if err != nil {
		return err
	}
	o := ptrace.LaunchOptions{Path: file, Env: s.with.env, Dir: dir, ASLR: s.with.aslr, Trap: s.CPUOpv.Number,
		NewGroup: true, Stdin: s.Stdin, Stdout: s.Stdout, Stderr: s.Stderr}
	var out *forward
	if s.Forward {
		f, program, err := newForward()
		if err != nil {
			return err
		}
		defer program.Close()
		out = f
		defer func() {
			if s.process == nil || s.process.forward != out {
				out.close()
			}
		}()
		o.Stdin, o.Stdout, o.Stderr = program, program, program
	}
	files, err := s.with.named()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.close()) }()
	files.set(&o)
	tty, err := s.with.terminal(&o, dir)
	if err != nil {
		return err
	}
	if tty != nil {
		defer func() { err = errors.Join(err, tty.Close()) }()
	}
	var words []string
	execs := 0
	if !s.with.bare {
		words, execs = s.with.throughShell(file, args)
	}
	if words == nil && !s.with.bare {
		var to redirected
		if args, to, err = redirect(args, dir); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, to.close()) }()
		to.set(&o)
	}
	if words == nil {
		words = append([]string{file}, args...)
	}
	if len(s.Wrapper) > 0 {
		words, execs = append(slices.Clone(s.Wrapper), words...), execs+1
	}
	if execs > 0 {
		if o.Path, err = findProgram(words[0], dir); err != nil {
			return err
		}
	}
	o.Args = words
	// The terminal is given when the program first resumes (move): as a member of a
	// background group the child could not take it itself.
	target, err := ptrace.Launch(o)
	if err != nil {
		return err
	}
	for _, n := range target.Notes() {
		s.logf("note: %s", n)
	}
	if err := s.addBeside(target); err != nil {
		return errors.Join(err, target.Kill())
	}
	s.setAside()
	if err := s.take(target, false); err != nil {
		return err
	}
	s.process.forward = out
	for range execs {
		if err := s.throughWrapper(ctx, words[0]); err != nil {
			return err
		}
	}
	s.sayf("Process %s created; pid = %d", path, target.PID())
	return nil
}

func (s *Server) attach(pid int) error {
	if pid == os.Getpid() {
		return fmt.Errorf("process %d is this server", pid)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err != nil {
		return fmt.Errorf("no process %d (has it ended?)", pid)
	}
	trap, err := s.runningTrap()
	if err != nil {
		return err
	}
	target, err := ptrace.Attach(pid)
	if err != nil {
		return err
	}
	target.Trap(trap)
	if err := s.addBeside(target); err != nil {
		return errors.Join(err, target.Detach())
	}
	s.setAside()
	if err := s.take(target, true); err != nil {
		return err
	}
	s.sayf("Attached; pid = %d", pid)
	if s.delve() {
		return nil
	}
	return s.takePendingSignal()
}

// takePendingSignal makes a signal that a thread was about to take at the attach the first
// stop that the client sees.
func (s *Server) takePendingSignal() error {
	p := s.process
	tid, sig, err := p.target.TakeSignal()
	if err != nil || sig == 0 {
		return err
	}
	p.stop = stepper.Stop{Reason: stepper.StopSignal, TID: tid, Signal: sig}
	return p.engine.SelectThread(tid)
}

// adopt takes over a process that the client has detached from while a SIGSTOP
// had it stopped.
func (s *Server) adopt(pid int, launched bool) error {
	trap, err := s.runningTrap()
	if err != nil {
		return err
	}
	target, err := ptrace.Adopt(pid, launched)
	if err != nil {
		return err
	}
	target.Trap(trap)
	return s.take(target, !launched)
}

// runningTrap finds how cpu_opv can be provided to a process that is already
// running.
func (s *Server) runningTrap() (ptrace.RunningTrap, error) {
	if s.CPUOpv.Number == 0 {
		return ptrace.RunningTrap{}, nil
	}
	trap, err := ptrace.FindRunningTrap(s.CPUOpv.Number)
	if err != nil {
		err = fmt.Errorf("cpu_opv: %w", err)
	}
	return trap, err
}

// take makes an Engine for a stopped target.
func (s *Server) take(target *ptrace.Process, attached bool) error {
	engine, set, err := live.Open(target, live.Options{Policy: s.policy, CPUOpv: s.CPUOpv, Attached: attached})
	if err != nil {
		return err
	}
	engine.Policy().Linger, engine.Policy().StandsToMeet = true, true
	s.process = &process{target: target, engine: engine, symbols: set, attached: attached, points: map[point]*planted{}}
	if s.delve() {
		s.delveSignals()
	}
	s.passSignals()
	return nil
}

// findProgram makes a name without a slash a path, as a shell would, after a
// look in the working directory.
func findProgram(name, dir string) (string, error) {
	if name == "" {
		return "", errors.New("no program was named")
	}
	path := name
	if !filepath.IsAbs(path) && dir != "" {
		path = filepath.Join(dir, name)
	}
	if _, err := os.Stat(path); err == nil {
		return filepath.Abs(path)
	} else if filepath.Base(name) != name {
		return "", err
	}
	return exec.LookPath(name)
}

// end releases every process: it kills launched ones and detaches from attached
// ones.
func (s *Server) end() error {
	var errs error
	for s.any(); s.process != nil; s.any() {
		errs = errors.Join(errs, s.endOne())
	}
	return errs
}

// endOne is end for the current process.
func (s *Server) endOne() error {
	p := s.process
	s.announceEndOf(p)
	s.forget()
	defer p.symbols.Close()
	if !p.target.Alive() {
		return nil
	}
	if p.attached {
		return p.engine.Detach()
	}
	return p.engine.Kill()
}

// forget drops a process that has ended or is detached.
func (s *Server) forget() {
	s.endBurst()
	if s.process != nil && s.Terminal != nil {
		if err := s.process.target.TakeTerminal(s.Terminal); err != nil {
			s.logf("the terminal stays with the program: %v", err)
		}
	}
	if s.process != nil {
		s.process.forward.close()
	}
	if s.process != nil && !s.process.target.Alive() {
		s.process.symbols.Close() // else the caller closes them, because it may still need them
	}
	s.process = nil
}

// passSignals sets the process's `handle` table from the client's: signals that
// it wants reported stop the program, the others pass.
func (s *Server) passSignals() {
	for _, p := range s.all() {
		s.passSignalsOf(p)
	}
}

func (s *Server) passSignalsOf(p *process) {
	table := p.engine.Signals()
	for sig := 1; sig <= 64; sig++ {
		d := stepper.Disposition{Stop: true, Print: true, Pass: true}
		if s.pass[sig] {
			d = stepper.Disposition{Pass: true}
		}
		if err := table.Set(sig, d); err != nil {
			s.logf("signal %d: %v", sig, err)
		}
	}
}

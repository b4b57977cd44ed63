package session

import (
	"errors"
	"fmt"
	"io"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/corefile"
	"rseqstep/stepper/live"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// OpenCore opens a core file, with the program that was named or else the one that the
// core file names. It closes what was open before. Precondition: nothing runs.
func (s *Session) OpenCore(path string) error {
	core, err := corefile.Open(path, s.Program)
	if err != nil {
		return err
	}
	s.CloseCore()
	target := tracee.Still(core)
	set := symbols.New(symbols.Options{Open: coreImage(target), Memory: target, Warn: s.warn})
	core.FindSymbols(set.Address)
	engine, err := stepper.New(target, set, core.Modules, s.policy())
	if err != nil {
		set.Close()
		return errors.Join(err, core.Close())
	}
	s.copySignals(engine.Signals())
	p := &process{target: target, core: core, engine: engine, symbols: set}
	p.values = s.valuesFor(p, nil)
	s.process = p
	s.level = 0
	for _, w := range core.Warnings() {
		s.warn(w)
	}
	if s.Program == "" && core.Executable() != "" {
		if err := s.SetProgram(core.Executable()); err != nil {
			s.warn(err.Error())
		}
	}
	s.lookupAll()
	if n := core.Signal(); n != 0 {
		s.history.SetInteger("_exitsignal", int64(n)) // as gdb does
	}
	s.last = frameID{}
	s.Present(stepper.Stop{Reason: stepper.StopCore, TID: engine.Thread(), PC: s.pc(), Signal: core.Signal()}, 0)
	return nil
}

// CloseCore closes the core file; it does nothing if there is none.
func (s *Session) CloseCore() {
	if s.process == nil || s.process.core == nil {
		return
	}
	core := s.process.core
	s.gone()
	if err := core.Close(); err != nil {
		s.warn(err.Error())
	}
}

// Core returns the open core file, nil for none.
func (s *Session) Core() *corefile.Process {
	if s.process == nil {
		return nil
	}
	return s.process.core
}

// coreImage opens the file that symbols are read from; it has none if it is not the
// file that was mapped.
func coreImage(target tracee.Target) func(*table.Module) (io.ReaderAt, error) {
	vdso := live.Image(target)
	return func(m *table.Module) (io.ReaderAt, error) {
		if m.Err != nil {
			return nil, m.Err
		}
		return vdso(m)
	}
}

// lookupAll looks up where every breakpoint would be in the core's process.
func (s *Session) lookupAll() {
	for _, b := range s.breakpoints {
		if b.Watch() || b.Catches() {
			continue
		}
		s.evaluateAgain(b)
		if err := s.lookup(b); err != nil {
			fmt.Fprintf(s.Err, "%s %d: %v\n", b.Noun(), b.Number, err)
		}
	}
}

// NotRun returns the error for a command that runs or changes the program while nothing
// runs.
func (s *Session) NotRun() error {
	if s.Core() != nil {
		return errCore
	}
	return ErrNotRun
}

var errCore = prompt.Message("The program is not being run.  A core file cannot run or be changed; \"run\" starts the program again.")

// LiveEngine returns the engine of a process that can run. Error: NotRun.
func (s *Session) LiveEngine() (*stepper.Engine, error) {
	if !s.Live() {
		return nil, s.NotRun()
	}
	return s.process.engine, nil
}

// coreHead returns the first message about a newly opened core file.
func (s *Session) coreHead() *show.Core {
	core := s.Core()
	if core == nil {
		return nil
	}
	return &show.Core{Generated: core.Info().Args}
}

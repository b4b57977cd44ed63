package session

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/stepper/corefile"
	"rseqstep/stepper/live"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// process is a process being debugged, or that of a core file.
type process struct {
	target   tracee.Target
	live     *ptrace.Process   // nil for a core file
	core     *corefile.Process // nil for a live process
	engine   *stepper.Engine
	symbols  *symbols.Set
	values   Values
	attached bool
	tty      *os.File    // the terminal it shares with the debugger; nil for none
	numbers  map[int]int // thread numbers by id, as of the last stop
}

// program is a file that is not running.
type program struct {
	path    string
	file    *table.File
	arch    *machine.Arch
	module  *table.Module // at its file addresses
	symbols *symbols.Set
	values  Values
}

// ErrNoFile is the error of commands that need a program if none was named.
var ErrNoFile = prompt.Message("No symbol table is loaded.  Use the \"file\" command.")

// ErrNoProgram says that a program's file is not there.
var ErrNoProgram = errors.New("no such file")

// SetProgram sets the program's file after checking that it can be one. "" removes it.
func (s *Session) SetProgram(path string) error {
	if path == "" {
		if s.file != nil {
			s.file.symbols.Close()
		}
		s.Program, s.file = "", nil
		return nil
	}
	f, err := openProgram(path)
	if err != nil {
		return err
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs // the working directory may change
	}
	s.Program = path
	if s.file != nil {
		s.file.symbols.Close()
	}
	s.file = s.newProgram(path, f)
	return nil
}

func (s *Session) newProgram(path string, f *table.File) *program {
	arch, _ := arches.Of(f.Machine, f.Class) // openProgram has verified that the architecture is known
	low, high := f.Extent()
	m := &table.Module{File: f, Path: path, Low: table.Addr(low), High: table.Addr(high)}
	p := &program{path: path, file: f, arch: arch, module: m, symbols: symbols.New(symbols.Options{Warn: s.warn})}
	p.symbols.Reload([]*table.Module{m})
	p.values = s.valuesFor(nil, p)
	return p
}

// need is Symbols for callers that cannot do without.
func (s *Session) need() (stepper.Symbols, error) {
	if s.process == nil && s.file == nil {
		return nil, ErrNoFile
	}
	return s.Symbols(), nil
}

// Symbols returns those of the process, or else of the file, or else nil.
func (s *Session) Symbols() stepper.Symbols {
	switch {
	case s.process != nil:
		return s.process.symbols
	case s.file != nil:
		return s.file.symbols
	}
	return nil
}

// Values evaluates in the process, else in the file.
func (s *Session) Values() Values {
	switch {
	case s.process != nil:
		return s.process.values
	case s.file != nil:
		return s.file.values
	}
	return s.valuesFor(nil, nil)
}

// openProgram reads a program's file, and explains why a file cannot be a program.
func openProgram(path string) (*table.File, error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s: %w", path, ErrNoProgram)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%s: permission denied; check the directories above it", path)
	case err != nil:
		return nil, err
	case st.IsDir():
		return nil, fmt.Errorf("%s: is a directory, not a program", path)
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("%s: is not a regular file", path)
	case corefile.Is(path):
		return nil, fmt.Errorf("%s: is a core file, not a program; examine it with \"core-file\" (\"rseqstep --core FILE\")", path)
	}
	f, err := table.Open(path)
	switch {
	case errors.Is(err, table.ErrNotELF):
		return nil, fmt.Errorf("%s: not an ELF file; give the compiled program (for a script, its interpreter with the script as an argument)", path)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%s: permission denied: it must be readable to be debugged", path)
	case err != nil:
		return nil, err
	case f.Type == elf.ET_REL:
		return nil, fmt.Errorf("%s: is an object file, which cannot be run; link it (\"rseqstep table\" lists its sections without linking)", path)
	case f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN:
		return nil, fmt.Errorf("%s: is not a program (%v)", path, f.Type)
	}
	if _, err := arches.Of(f.Machine, f.Class); err != nil {
		return nil, foreign(path, f)
	}
	return f, nil
}

// foreign is the error of a program for another processor.
func foreign(path string, f *table.File) error {
	return fmt.Errorf("%s: is a program for %v (%v), and this debugger runs 64-bit programs for %v only (\"rseqstep table\" still lists its sections)", path, f.Machine, f.Class, ptrace.Arch().Machine)
}

// runs refuses a program that this machine's processor cannot execute.
func runs(path string, f *table.File) error {
	if f.Machine != ptrace.Arch().Machine {
		return foreign(path, f)
	}
	return nil
}

// create creates an Engine for a stopped target.
func (s *Session) create(target *ptrace.Process, attached bool) error {
	engine, set, err := live.Open(target, live.Options{Policy: s.policy(), CPUOpv: s.CPUOpv, Warn: s.warn, Attached: attached})
	if err != nil {
		return err
	}
	s.copySignals(engine.Signals())
	engine.OnStuck(s.stuck)
	p := &process{target: target, live: target, engine: engine, symbols: set, attached: attached}
	p.values = s.valuesFor(p, nil)
	s.process = p
	s.level = 0
	for _, n := range target.Notes() {
		fmt.Fprintf(s.Err, "note: %s\n", n)
	}
	return nil
}

func (s *Session) policy() stepper.Policy {
	p := stepper.DefaultPolicy()
	p.StuckLimit, p.Inside = s.Settings.StuckLimit, s.Settings.Inside
	s.Settings.looksAfter(&p)
	p.StepOver = s.skipsFunction
	if s.Settings.FollowFork == "child" {
		p.FollowFork = stepper.FollowChild
	}
	return p
}

// Apply passes changed settings to the process.
func (s *Session) Apply() {
	if s.process != nil {
		pin := s.process.engine.Policy().Pin
		*s.process.engine.Policy() = s.policy()
		s.process.engine.Policy().Pin = pin
	}
}

// AttachText attaches to a process whose number is given as text.
func (s *Session) AttachText(text string) error {
	pid, err := strconv.Atoi(text)
	if err != nil || pid <= 0 {
		return prompt.Message("Illegal process-id: %q.", text)
	}
	if s.Live() {
		if s.process.attached {
			err = s.Detach()
		} else {
			err = s.Kill()
		}
		if err != nil {
			return err
		}
	}
	return s.Attach(pid)
}

// Attach attaches to a process and shows where it is.
func (s *Session) Attach(pid int) error {
	if pid == os.Getpid() {
		return fmt.Errorf("process %d is this debugger itself", pid)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err != nil {
		return fmt.Errorf("no process %d (has it ended?)", pid)
	}
	var trap ptrace.RunningTrap
	if s.CPUOpv.Number != 0 {
		var err error
		if trap, err = ptrace.FindRunningTrap(s.CPUOpv.Number); err != nil {
			return fmt.Errorf("cpu_opv: %w", err)
		}
	}
	target, err := ptrace.Attach(pid)
	if err != nil {
		return err
	}
	target.Trap(trap)
	s.CloseCore()
	if err := s.create(target, true); err != nil {
		return err
	}
	if s.Program == "" {
		s.Program = target.Executable()
	}
	if s.JSON == nil {
		s.printf("Attaching to process %d\n", pid)
	}
	s.plantAll()
	s.last = frameID{}
	s.Present(stepper.Stop{Reason: stepper.StopAttached, TID: s.process.engine.Thread(), PC: s.pc()}, 0)
	return nil
}

func (s *Session) pc() table.Addr {
	r, err := s.process.engine.Regs(s.process.engine.Thread())
	if err != nil {
		return 0
	}
	return r.PC()
}

// Detach detaches from the process.
func (s *Session) Detach() error {
	if !s.Live() {
		return s.NotRun()
	}
	pid := s.PID()
	if err := s.process.engine.Detach(); err != nil {
		return err
	}
	s.gone()
	if s.JSON == nil {
		s.printf("[Inferior 1 (process %d) detached]\n", pid)
	}
	return nil
}

// Kill ends the process.
func (s *Session) Kill() error {
	if !s.Live() {
		return s.NotRun()
	}
	if err := s.process.engine.Kill(); err != nil {
		return err
	}
	s.gone()
	return nil
}

package vdso

import (
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Host is what a Stepper needs from the code that carries out the user's commands.
type Host interface {
	// Instruction returns the move that executes one instruction; insn is nil if it cannot be
	// decoded.
	Instruction(th *drive.Thread, insn *machine.Insn) *drive.Move
	// Filtered reports whether a filter of the program's own may kill it for a system call.
	Filtered(th *drive.Thread) bool
	// Left reports that a thread has left a function by a rung: it returned, or (diverted)
	// something else stopped it.
	Left(th *drive.Thread, f *machine.VDSOFunction, how rseq.Result, by rseq.Rung)
	// Notify adds a sentence for the user to the report of the command.
	Notify(format string, args ...any)
}

// Stepper steps the threads of one process through its vDSO.
type Stepper struct {
	target   tracee.Target
	code     *rseq.Sections
	host     Host
	patience time.Duration // how long a function may take before the other threads run, too

	image *machine.VDSO // nil: the process has none, or it cannot be read
	calls map[*drive.Thread]activations
}

// New returns the Stepper of a process whose vDSO is not read yet.
func New(t tracee.Target, code *rseq.Sections, h Host, patience time.Duration) *Stepper {
	return &Stepper{target: t, code: code, host: h, patience: patience, calls: map[*drive.Thread]activations{}}
}

// Image is the vDSO, nil if the process has none or it cannot be read.
func (s *Stepper) Image() *machine.VDSO { return s.image }

// Read decodes the vDSO's ELF image from the process's memory, [low, high).
func (s *Stepper) Read(low, high table.Addr) {
	if s.image != nil && s.image.Base == low {
		return
	}
	image := make([]byte, high-low)
	n, _ := s.target.ReadMemory(low, image)
	v, err := machine.ParseVDSO(s.target.Arch(), image[:n], low)
	if err != nil {
		s.host.Notify("the vDSO cannot be read, its functions are stepped instruction by instruction: %v", err)
	}
	s.image = v
}

// Forget drops everything about a program that an execve(2) has replaced.
func (s *Stepper) Forget() {
	s.image = nil
	clear(s.calls)
}

// Gone forgets a thread that has ended.
func (s *Stepper) Gone(th *drive.Thread) { delete(s.calls, th) }

// Contains reports whether pc is in the vDSO.
func (s *Stepper) Contains(pc table.Addr) bool { return s.image != nil && s.image.Contains(pc) }

// Begins reports whether a function of the vDSO begins at pc.
func (s *Stepper) Begins(pc table.Addr) bool {
	if s.image == nil {
		return false
	}
	_, ok := s.image.Entry(pc)
	return ok
}

// frame finds the frame of a thread in the vDSO.
func (s *Stepper) frame(th *drive.Thread) (machine.VDSOFrame, error) {
	return s.image.Leave(&th.Regs, s.target)
}

// enter describes the call that a thread is in.
func (s *Stepper) enter(th *drive.Thread, f *machine.VDSOFrame) *activation {
	a := newActivation(f, &th.Regs, th.Runs)
	a.untaken = a.seen && a.bounded() && randomUntaken(s.target, a.args)
	return a
}

// instruction is the move that executes the thread's next instruction.
func (s *Stepper) instruction(th *drive.Thread) *drive.Move {
	insn, _ := s.code.Decode(th.Regs.PC()) // nil when it cannot be decoded
	return s.host.Instruction(th, insn)
}

// notify adds a note about an activation, each text once.
func (s *Stepper) notify(a *activation, text string) {
	if a.news(text) {
		s.host.Notify("%s in the vDSO: %s", a.name(), text)
	}
}

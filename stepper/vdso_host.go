package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
)

// vdsoHost implements vdso.Host with the Engine.
type vdsoHost struct{ *Engine }

// Instruction is vdso.Host.Instruction.
func (e vdsoHost) Instruction(th *drive.Thread, insn *machine.Insn) *drive.Move {
	return e.units.Instruction(th, insn)
}

// Filtered is vdso.Host.Filtered.
func (e vdsoHost) Filtered(th *drive.Thread) bool { return e.rseq.Filtered(th) }

// Left is vdso.Host.Left.
func (e vdsoHost) Left(th *drive.Thread, f *machine.VDSOFunction, how rseq.Result, by rseq.Rung) {
	u := UnitReport{TID: th.TID, Section: f.Name, Start: f.Start, CPU: -1, Result: how, Rung: by}
	if how == Returned {
		u.Exit = th.Regs.PC()
	}
	e.units.Report.Add(u)
}

// Notify is vdso.Host.Notify.
func (e vdsoHost) Notify(format string, args ...any) { e.drive.Notify(format, args...) }

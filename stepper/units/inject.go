package units

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// maxRebuild bounds how often inject rebuilds a vector whose compare fails; with every thread
// held, only another process can cause that.
const maxRebuild = 16

// Inject is rung 2: a cpu_opv vector does the section's work, and the thread's PC and registers
// become those at the section's exit. done is false if the section would not have committed; if
// done is true, an error says that the registers are still to be set.
// Precondition: the thread is at the arming store, and every other thread is held.
func (r *Runner) Inject(th *drive.Thread, p *table.Placed, insn *machine.Insn) (done bool, err error) {
	if insn.Next() != p.Start {
		return false, errors.New("there is other code between the arming store and the section")
	}
	state, err := r.startState(th, p)
	if err != nil {
		return false, err
	}
	return r.InjectFrom(th, p, state)
}

// startState is the thread's state at the section's start, computed at the arming store.
func (r *Runner) startState(th *drive.Thread, p *table.Placed) (opv.State, error) {
	s := opv.State{Regs: th.Regs}
	s.SetPC(p.Start)
	area, err := r.Target.XState(th.TID)
	if err != nil {
		return s, err
	}
	err = opv.LoadVectors(&s, area)
	return s, err
}

// InjectFrom runs the vector of the pass that begins in state s.
func (r *Runner) InjectFrom(th *drive.Thread, p *table.Placed, s opv.State) (bool, error) {
	body, err := r.Sections.Body(p)
	if err != nil {
		return false, err
	}
	place := opv.Place{Area: th.Rseq.Area, CPU: r.Registration.CPU(th), CID: rseq.CID(r.Target, th.Rseq)}
	for try := 0; try < maxRebuild; try++ {
		plan, err := opv.Build(opv.V3, body, s, r.Target, place)
		if err != nil {
			return false, err
		}
		if plan.ExitPC != p.End || !plan.Final {
			return false, nil
		}
		failed, err := opv.Execute(plan.Vector, plan.Memory(r.Target))
		if err != nil {
			return false, err
		}
		if failed != 0 {
			continue
		}
		left := ledger.Exit{Regs: plan.Exit.Regs, Vectors: func(area []byte) error { return opv.StoreVectors(&plan.Exit, area) }}
		left.Regs.SetPC(plan.ExitPC)
		r.Book.OweExit(th.TID, left)
		u := r.unitOf(th, p, rseq.Committed, rseq.RungOpv)
		u.Exit, u.CPU = plan.ExitPC, plan.CPU
		for _, op := range plan.Vector {
			u.Vector = append(u.Vector, op.String())
		}
		r.Report.Add(u)
		r.Passes.Count(th, p, rseq.Committed)
		return true, r.takeExit(th)
	}
	return false, errors.New("another process keeps changing the memory that the section uses")
}

// takeExit sets the registers that the section would have left, after a vector has done its
// work. Until then the book owes them to the thread: from its current PC the thread would
// repeat that work (Book.GiveBack).
func (r *Runner) takeExit(th *drive.Thread) error {
	th.Fresh = false
	if err := r.Book.TakeExit(th.TID); err != nil {
		return err
	}
	return r.Drive.Load(th)
}

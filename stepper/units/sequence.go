package units

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// sequenceHere executes the exclusive sequence that begins at insn, the thread's PC, up to an
// instruction behind it. ok is false if it is to be stepped: none begins there.
func (r *Runner) sequenceHere(th *drive.Thread, insn *machine.Insn) (a drive.Answer, ok bool) {
	q, ok := r.sequence(th, insn)
	if !ok {
		return drive.Answer{}, false
	}
	if err := r.Drive.BlockSignals(th); err != nil {
		return drive.Fails(err), true
	}
	return r.hiding(th, r.runSequence(th, q, func() error { return r.Drive.UnblockSignals(th) }), r.accessed(th, q), true, drive.Arrive), true
}

// sequence is the exclusive sequence that begins at an instruction, if it can be run: traps may be
// inserted behind it.
func (p *Parts) sequence(th *drive.Thread, insn *machine.Insn) (machine.Sequence, bool) {
	if insn.Exclusive != machine.ExclusiveLoad {
		return machine.Sequence{}, false
	}
	q, ok := p.Sections.Sequence(insn.Addr)
	behind := q.Behind()
	if free := len(p.Book.FreeIn(th.TID, ledger.Owner{})); ok && free < len(behind) {
		ok = p.Sections.Allow(behind[free:])
	}
	return q, ok && len(behind) > 0
}

// runSequence is the move of a thread to behind an exclusive sequence. A thread that waits in it for
// another one, as at a spin lock, is not stopped for each round.
func (p *Parts) runSequence(th *drive.Thread, q machine.Sequence, end func() error) *drive.Move {
	m := drive.Run(th, q.Behind(), drive.Always, tracee.BlockPatience)
	m.Keeps = true
	m.AtEnd(end)
	return m
}

// accessed are the bytes that a sequence stores to, from the registers at its load.
func (p *Parts) accessed(th *drive.Thread, q machine.Sequence) (bytes machine.Range) {
	for _, a := range q.Inside {
		if i, err := p.Sections.Decode(a); err == nil && i.Exclusive == machine.ExclusiveStore && !i.Store.Vector {
			low := i.Store.Address(&th.Regs)
			return machine.Range{Low: low, High: low + table.Addr(i.Store.Size)}
		}
	}
	return bytes
}

// hiding is the answer that makes a native move m of a unit, which begins at the thread's PC. Where a
// thread gets past a debug register only by a step (machine.Arch.StepsOver), those of the user's at the PC and
// on data are off meanwhile, and afterwards a watchpoint whose bytes have changed counts as triggered.
// accessed: so does one that waits for a load.
func (p *Parts) hiding(th *drive.Thread, m *drive.Move, data machine.Range, accessed bool, next func() drive.Answer) drive.Answer {
	if !p.Target.Arch().StepsOver {
		return drive.Then(m, next)
	}
	watches := p.Book.SlotsOn(data)
	if err := p.Book.Hide(th.TID, watches|p.Book.SlotsAt(th.Regs.PC())); err != nil {
		return drive.Fails(err)
	}
	m.AtEnd(func() error { return p.Book.Show(th.TID) })
	return drive.Then(m, func() drive.Answer {
		if a := p.Host.Ran(th, watches, accessed); !a.GoesOn() {
			return a
		}
		return next()
	})
}

// everywhere are all the bytes of the program.
func everywhere() machine.Range { return machine.Range{High: ^table.Addr(0)} }

// sequence steps a thread of a quiet phase over an exclusive sequence.
func (p *Phases) sequence(th *drive.Thread, q machine.Sequence, insn *machine.Insn, next func(rseq.QuietEnd) drive.Answer) drive.Answer {
	m := p.runSequence(th, q, func() error { return nil })
	m.Keeps, m.Quiet = false, true
	return p.hiding(th, m, p.accessed(th, q), true, func() drive.Answer {
		now := p.of[th]
		if now == nil || !p.Drive.Knows(th) {
			return next(rseq.QuietKernel)
		}
		last := insn
		if now.Entered {
			if final := now.Body.Insn(now.Body.Final); final != nil && q.Contains(final.Addr) && final.Next() == th.Regs.PC() {
				last = final
			}
		}
		end := now.Step(last, &th.Regs)
		p.report(th, now, end)
		return next(end)
	})
}

package observe

import (
	"encoding/binary"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Aborter is an Observer with traps inside sections (Observation.PlantInside). A thread that meets
// one with the section armed executes nothing there: it has stopped, so the kernel moves it to the
// abort handler when it resumes (rseq_ip_fixup in kernel/rseq.c). Nobody steps it over the trap.
type Aborter interface {
	Observer
	// Aborts is called for a thread that has met such a trap. armed is what its rseq_cs contains,
	// 0 if it has no registration. Aborts reports whether the kernel restarts the section. If it
	// does not, the thread executes the instruction at the trap alone. held: every thread is held,
	// so that traps may be inserted and removed; otherwise the Engine holds them and calls again
	// when Aborts returns false.
	Aborts(tid int, at, armed table.Addr, held bool) (restarts bool, err error)
}

func aborting() ledger.Owner { return ledger.Owner{Why: ledger.Aborting} }

// PlantInside inserts a trap inside a section, at an instruction. The observer must be an Aborter.
// Every thread must be held. Errors: *ledger.RefusedError if none may stand there.
func (o Observation) PlantInside(a table.Addr) error { return o.units.Book.Plant(a, aborting()) }

// UnplantInside removes it. Every thread must be held.
func (o Observation) UnplantInside(a table.Addr) error { return o.units.Book.Unplant(a, aborting()) }

// Body is a section's instructions. It belongs to the Engine until the modules change.
func (o Observation) Body(p *table.Placed) (*machine.Body, error) { return o.units.Sections.Body(p) }

// Passed is drive.Mind.Passed for a breakpoint: a trap of an Aborter's.
func (p *Process) Passed(ev *tracee.Event) (drive.Answer, bool) {
	o, ok := p.observer.(Aborter)
	if !ok || !p.units.Book.OwnedFor(ev.Addr, ledger.Aborting) {
		return drive.Answer{}, false
	}
	restarts, err := p.aborts(o, p.units.Drive.Adopt(ev.TID), ev.Addr, false)
	return drive.Fails(err), restarts
}

// abortsAt is the answer for a thread that is at a trap of an Aborter's while every thread is held.
func (p *Process) abortsAt(th *drive.Thread, at table.Addr) drive.Answer {
	o, ok := p.observer.(Aborter)
	if !ok {
		return drive.Answer{}
	}
	restarts, err := p.aborts(o, th, at, true)
	th.Aborted = restarts
	return drive.Fails(err)
}

// aborts asks an Aborter about a held thread. A thread that is dying restarts nothing.
func (p *Process) aborts(o Aborter, th *drive.Thread, at table.Addr, held bool) (bool, error) {
	if err := p.units.Drive.Registration(th); err != nil {
		if tracee.IsGone(err) {
			err = nil
		}
		return false, err
	}
	var armed table.Addr
	if th.Rseq.Registered() {
		armed = p.armed(th)
	}
	return o.Aborts(th.TID, at, armed, held)
}

// armed is the content of a registered thread's rseq_cs, 0 if it cannot be read.
func (p *Process) armed(th *drive.Thread) table.Addr {
	if t, ok := p.units.Target.(tracee.PeekTarget); ok {
		w, _ := t.Peek(th.TID, th.Rseq.CSField())
		return table.Addr(w)
	}
	var b [8]byte
	if n, _ := p.units.Target.ReadMemory(th.Rseq.CSField(), b[:]); n < len(b) {
		return 0
	}
	return table.Addr(binary.LittleEndian.Uint64(b[:]))
}

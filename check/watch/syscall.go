package watch

import (
	"errors"

	"rseqstep/stepper"
	"rseqstep/stepper/ledger"
)

// maxCalls is how many calls of syscall(3) a thread makes under watch. A library registers a thread
// when it first needs it. A program may use syscall(3) for all its futexes, each of which costs a
// stop of the thread.
const maxCalls = 32

// watchCalls sets a debug register of a held thread to the instruction of syscall(3) that enters
// the kernel. That is where calls are seen whose number the code does not show. Refused: a trap in
// the memory, at each of which every thread is held.
func (w *Watch) watchCalls(th *thread) error {
	if w.syscall == 0 || th.called >= maxCalls || th.calling {
		return nil
	}
	if th.watches(calls) {
		return nil
	}
	slot, err := w.o.BreakIn(th.tid, w.syscall)
	switch {
	case errors.Is(err, ledger.ErrNoSlot):
		return nil
	case err == nil:
		th.slots[slot] = field{at: w.syscall, kind: calls}
	}
	return err
}

// calls3 looks at a call of syscall(3).
func (w *Watch) calls3(th *thread, slot int, f field) (stepper.Passage, error) {
	if th.called++; th.called >= maxCalls {
		delete(th.slots, slot)
		if err := w.o.Unwatch(th.tid, slot); err != nil {
			return stepper.Passage{}, err
		}
	}
	r, err := w.engine.Regs(th.tid)
	if err != nil {
		return stepper.Passage{}, err
	}
	name := w.numbers()[r.NextSyscall()]
	if name == "" || th.calling || r.PC() != f.at {
		return stepper.Passage{}, nil
	}
	note := &Call{Name: name, Program: w.seen.Processes, from: r, inside: true}
	note.Before, _ = w.o.Registration(th.tid)
	return w.enter(th.tid, f.at, &site{number: r.NextSyscall(), name: name}, note), nil
}

package watch

import (
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// callKey is what calls have in common that are one note.
type callKey struct {
	at      table.Addr
	length  uint64
	flags   uint64
	sig     uint32
	result  int64
	against bool // the thread had another registration
}

// maxFrame bounds the stack of syscall(3), bytes.
const maxFrame = 256

// Reached is stepper.Observer.Reached.
func (w *Watch) Reached(tid int, at table.Addr) (stepper.Passage, error) {
	if s := w.sites[at]; s != nil && !s.done {
		return w.atSite(tid, at, s)
	}
	if list := w.armings[at]; list != nil {
		return w.atArming(tid, at, list)
	}
	return stepper.Passage{}, nil
}

// atSite is Reached at a call site: the thread makes the call while the others are held.
func (w *Watch) atSite(tid int, at table.Addr, s *site) (stepper.Passage, error) {
	r, err := w.engine.Regs(tid)
	if err != nil {
		return stepper.Passage{}, err
	}
	number := r.NextSyscall()
	if s.called {
		number = uint64(uint32(r.Arguments()[0]))
	}
	if number != s.number {
		if s.strange++; s.strange > maxStrange {
			w.dropSite(at, s)
		}
		return stepper.Passage{}, nil
	}
	note := &Call{Name: s.name, Program: w.seen.Processes, from: r}
	note.Before, _ = w.o.Registration(tid)
	if !s.called {
		return w.enter(tid, at, s, note), nil
	}
	// The arguments are those of a function that may not be syscall(3): look again in front of
	// the instruction that enters the kernel.
	insn, err := w.o.Decode(at)
	if err != nil {
		return stepper.Passage{}, nil
	}
	back, sp := insn.Next(), r.SP()
	if insn.Kind == machine.Jump || insn.Kind == machine.IndirectJump {
		to, ok := r.ReturnAddress(w.engine.Target())
		if !ok {
			return stepper.Passage{}, nil
		}
		back, sp = to, r.EntryCFA()
	}
	until := []table.Addr{back}
	if enters, ok := w.entersAt(insn); ok {
		until = append(until, enters)
	}
	w.thread(tid).calling = true
	return stepper.Passage{Until: until, SP: sp - maxFrame, Then: func(pc table.Addr) (stepper.Passage, error) {
		if pc != back {
			if r, err := w.engine.Regs(tid); err == nil && r.NextSyscall() == s.number {
				return w.enter(tid, at, s, note), nil
			}
		}
		w.thread(tid).calling = false
		if pc != back {
			return stepper.Passage{}, nil
		}
		return w.returned(tid, at, s, note, r)
	}}, nil
}

// enter makes the thread, which stands at the instruction that enters the kernel, make the call.
func (w *Watch) enter(tid int, at table.Addr, s *site, note *Call) stepper.Passage {
	r, err := w.engine.Regs(tid)
	if err != nil {
		return stepper.Passage{}
	}
	args := r.SyscallArguments()
	w.arguments(note, s, &r, args[:])
	from := r.PC()
	w.thread(tid).calling = true
	return stepper.Passage{One: true, Then: func(pc table.Addr) (stepper.Passage, error) {
		w.thread(tid).calling = false
		r, err := w.engine.Regs(tid)
		if err != nil || pc == from {
			return stepper.Passage{}, err // a signal came first
		}
		note.Result = int64(r.Results()[0])
		return w.noteCall(tid, at, s, note), nil
	}}
}

// returned notes a call of syscall(3) whose instruction was not found: what has become of the
// registration shows whether it was one, and how it ended. before are the registers at the call.
func (w *Watch) returned(tid int, at table.Addr, s *site, note *Call, before machine.Regs) (stepper.Passage, error) {
	r, err := w.engine.Regs(tid)
	if err != nil {
		return stepper.Passage{}, err
	}
	args := before.Arguments()
	w.arguments(note, s, &before, args[1:])
	if note.Result = int64(int32(r.Results()[0])); note.Result == -1 {
		if s.name != "rseq" || !note.Before.Registered() {
			return stepper.Passage{}, nil
		}
		note.Result = -int64(refusal(note))
	}
	return w.noteCall(tid, at, s, note), nil
}

// arguments notes a call's arguments, of which the kernel takes 32 bits except for the address.
func (w *Watch) arguments(note *Call, s *site, r *machine.Regs, args []uint64) {
	if s.name == "rseq" {
		note.Area, note.Length, note.Flags, note.Sig = table.Addr(args[0]), uint64(uint32(args[1])), uint64(uint32(args[2])), uint32(args[3])
	} else {
		note.Flags = uint64(uint32(args[0])) // its command
	}
	note.Glibc = s.name == "rseq" && w.glibcs(note.Area, r.ThreadPointer(), w.moduleAt(note.from.PC()))
}

// noteCall notes a call that has returned.
func (w *Watch) noteCall(tid int, at table.Addr, s *site, note *Call) stepper.Passage {
	k := callKey{at, note.Length, note.Flags, note.Sig, note.Result, note.Before.Registered() && note.Before.Area != note.Area}
	have := w.calls[k]
	if have == nil {
		have = note
		w.calls[k] = have
		w.describe(tid, at, note)
		w.seen.Calls = append(w.seen.Calls, note)
	} else {
		have.again(tid)
	}
	if have.Count >= w.limits.Call || s.name == "membarrier" && note.Result >= 0 {
		have.AtLeast = true
		w.dropSite(at, s)
	}
	th := w.thread(tid)
	th.looks = 0
	if s.name == "rseq" && note.Result == 0 {
		th.call = have
	}
	if len(judgeCall(have, &w.seen)) == 0 {
		w.found = false // as it should be
	}
	return stepper.Passage{Stop: w.stops()}
}

// describe says where a call of a kind that is not noted yet was made. The callers' frames are as they
// were at the call.
func (w *Watch) describe(tid int, at table.Addr, note *Call) {
	note.Event = w.eventFrom(tid, at, note.from)
	if note.inside && len(note.Stack) > 1 {
		note.Stack = note.Stack[1:] // the caller of syscall(3)
		note.Where = note.Stack[0]
	}
	if note.Who = "glibc"; !note.Glibc {
		note.Who = who(&note.Where)
	}
}

// moduleAt is the path of the module at an address, "" for none.
func (w *Watch) moduleAt(a table.Addr) string {
	if m := w.engine.Image().ModuleAt(a); m != nil {
		return m.Path
	}
	return ""
}

// entersAt finds the instruction of syscall(3) that enters the kernel, for a call of it.
// Without one, it is that of the program's syscall(3).
func (w *Watch) entersAt(call *machine.Insn) (table.Addr, bool) {
	var starts []table.Addr
	if call != nil && (call.Kind == machine.Call || call.Kind == machine.Jump) {
		starts = append(starts, w.o.Destination(call.Target))
	}
	if a, ok := w.engine.Symbols().Address("syscall"); ok {
		starts = append(starts, a)
	}
	for _, pc := range starts {
		for range siteInsns {
			insn, err := w.o.Decode(pc)
			if err != nil || insn.Kind == machine.Return || insn.Kind == machine.Jump {
				break
			}
			if insn.Kind == machine.Syscall {
				return pc, true
			}
			pc = insn.Next()
		}
	}
	return 0, false
}

// Errors of rseq(2).
const (
	errPERM  = 1
	errBUSY  = 16
	errINVAL = 22
)

// refusal is the errno with which the kernel refuses a second registration (rseq(2), kernel/rseq.c).
func refusal(c *Call) int {
	switch was := c.Before; {
	case was.Area != c.Area || uint64(was.Size) != c.Length:
		return errINVAL
	case was.Signature != c.Sig:
		return errPERM
	}
	return errBUSY
}

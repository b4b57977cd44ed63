package watch

import (
	"encoding/binary"
	"fmt"
	"slices"

	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/table"
)

// Undeclared is a descriptor that no file declares, and that a thread has armed.
type Undeclared struct {
	Event      // the arming; where the thread stood, if !Stored
	Stored     bool
	Descriptor table.Addr
	OnStack    bool
	Lies       string // where the descriptor is: "in .data of prog", "on the thread's stack"
	Section    check.Section
	Failed     []string // of the kernel's checks, what it would find; none: it accepts the descriptor
	abort      check.Place
}

// maxUndeclared is how many of them are noted: code made at run time may have any number.
const maxUndeclared = 64

// pointsTo looks at the descriptor that a held thread's rseq_cs points to. at is the store that armed
// it, 0 if it was not seen.
func (w *Watch) pointsTo(th *thread, descriptor, at table.Addr) {
	if p := w.engine.Image().ByDescriptor(descriptor); p != nil && p.Module != nil {
		w.entered(p)
		return
	}
	for _, have := range w.seen.Undeclared {
		if have.Descriptor == descriptor {
			if at != 0 {
				have.again(th.tid)
			}
			return
		}
	}
	if len(w.seen.Undeclared) == maxUndeclared || slices.ContainsFunc(w.seen.Left, func(l *Left) bool { return l.Descriptor == descriptor }) {
		return
	}
	u := &Undeclared{Stored: at != 0, Descriptor: descriptor}
	if at == 0 {
		r, err := w.engine.Regs(th.tid)
		if err != nil {
			return
		}
		at = r.PC()
	}
	w.validate(u, th.config.Signature)
	u.OnStack = w.onStack(th.tid, descriptor)
	u.Lies = w.lies(th.tid, descriptor, u.OnStack)
	u.Event = w.event(th.tid, at)
	w.seen.Undeclared = append(w.seen.Undeclared, u)
}

// validate repeats the kernel's checks on a descriptor in memory, for a thread that has registered a
// signature.
func (w *Watch) validate(u *Undeclared, signature uint32) {
	p, err := table.ReadDescriptor(w.engine.Target(), u.Descriptor, binary.LittleEndian)
	if err != nil {
		u.Failed = []string{"the 32 bytes of the descriptor cannot be read"}
		return
	}
	u.Section = check.Section{Descriptor: check.Address(u.Descriptor), Start: check.Address(p.Start), End: check.Address(p.End), Abort: check.Address(p.Abort)}
	for _, failed := range table.Validate(p.Section.Descriptor, p.Section.Signature, table.Rules{Signatures: []uint32{signature}}) {
		u.Failed = append(u.Failed, failed.Error())
	}
	if m := w.engine.Image().ModuleAt(p.Abort); m != nil {
		u.abort = check.Place{Module: m.Path, Address: check.Address(m.FileAddr(p.Abort))}
	}
}

// lies says where an address is.
func (w *Watch) lies(tid int, a table.Addr, stack bool) string {
	if m := w.engine.Image().ModuleAt(a); m != nil {
		if m.File != nil {
			if section, _, ok := m.File.Where(m.FileAddr(a)); ok && section != "" {
				return fmt.Sprintf("in %s of %s", section, m.Path)
			}
		}
		return "in " + m.Path
	}
	if stack {
		return "on the thread's stack"
	}
	switch m, ok := table.ReadMapping(w.engine.Target().PID(), a); {
	case !ok:
		return "in memory that is not mapped"
	case m.Path == "[heap]":
		return "in the heap"
	case m.Path == "[stack]":
		return "on the stack of the first thread"
	case m.Path != "":
		return "in a mapping of " + m.Path
	case m.Executable:
		return "in anonymous memory, which is executable"
	}
	return "in anonymous memory"
}

// deadStack is how far below the stack pointer an address still counts as on the stack, bytes.
const deadStack = 1 << 14

// onStack reports whether an address is in a frame of a held thread, or in the place of one that
// has returned.
func (w *Watch) onStack(tid int, a table.Addr) bool {
	r, err := w.engine.Regs(tid)
	if err != nil || a < r.SP()-deadStack || w.engine.Image().ModuleAt(a) != nil {
		return false
	}
	if a < r.SP() {
		return true
	}
	frames, _ := w.engine.Frames(tid, 64)
	return slices.ContainsFunc(frames, func(f stepper.Frame) bool { return a < f.CFA }) // the outermost may have none
}

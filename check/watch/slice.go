package watch

import (
	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// Slice is a misuse of the time slice extension (Linux 7.0), at one place.
type Slice struct {
	Event
	Enabled bool // the thread has it enabled, and does not look at what the kernel granted; else it requests without
}

// Offsets in struct rseq, bytes (include/uapi/linux/rseq.h). The thread writes request and the kernel
// writes granted, a byte each.
const (
	midOffset     = 24 // mm_cid, and behind it slice_ctrl
	sliceRequest  = 28
	sliceGranted  = 29
	sliceCtrlSize = 4
)

// maxSlices is how many requests a thread makes under watch. A program makes one for each of its
// critical sections.
const maxSlices = 16

// maxFollowed is how often a thread is followed from one place, if that shows nothing.
const maxFollowed = 4

// maxYield is how many instructions behind the end of a request a thread looks whether one was granted.
const maxYield = 128

// hasSlice reports whether slice_ctrl in a thread's area is what the kernel's header says. Behind an
// area of the original size the program may keep its own data; glibc's is not the program's.
func (th *thread) hasSlice() bool {
	return th.config.Size > smallest || th.reg != nil && th.reg.Glibc
}

// idField is the field with mm_cid, and what is watched with it.
func (th *thread) idField(area table.Addr) field {
	if th.hasSlice() && th.slices < maxSlices {
		return field{at: area + midOffset, length: 8}
	}
	return field{at: area + midOffset, length: 4}
}

// sliced looks at a store to mm_cid and slice_ctrl. ours: it is one to slice_ctrl alone.
func (w *Watch) sliced(th *thread, slot int, f, wrote field, at table.Addr) (p stepper.Passage, ours bool, err error) {
	ctrl := th.config.Area + sliceRequest
	if f.length != 8 || f.at != th.config.Area+midOffset || !overlap(ctrl, sliceCtrlSize, wrote.at, wrote.length) {
		return stepper.Passage{}, false, nil
	}
	ours = wrote.length < f.length && !overlap(f.at, 4, wrote.at, wrote.length)
	area, err := rseq.ReadArea(w.engine.Target(), th.config)
	if err != nil {
		return stepper.Passage{}, ours, nil //nolint:nilerr // it is gone: found at the thread's next look
	}
	word, _ := w.word(ctrl - 4)
	requests := word>>32&0xff != 0
	switch enabled := area.Slice.Enabled; {
	case requests && !enabled:
		w.noteSlice(th, at, false)
	case !requests && enabled && w.yields[at] < maxFollowed:
		w.yields[at]++
		p = w.looksForGrant(th, at, maxYield)
	}
	if th.slices++; th.slices == maxSlices {
		if err := w.free(th, slot); err != nil {
			return p, ours, err
		}
		err = w.set(th, th.idField(th.config.Area))
	}
	return p, ours, err
}

func (w *Watch) noteSlice(th *thread, at table.Addr, enabled bool) {
	for _, have := range w.seen.Slices {
		if have.Enabled == enabled && have.Where.Process == check.Address(at) {
			have.again(th.tid)
			return
		}
	}
	w.seen.Slices = append(w.seen.Slices, &Slice{Event: w.event(th.tid, at), Enabled: enabled})
}

// looksForGrant follows a thread that has ended a request at a place, for some instructions: it must
// read whether the kernel has granted an extension, to give the CPU back. What the kernel has granted
// cannot be seen: a stop takes it back.
func (w *Watch) looksForGrant(th *thread, ended table.Addr, left int) stepper.Passage {
	r, err := w.engine.Regs(th.tid)
	if err != nil {
		return stepper.Passage{}
	}
	insn, err := w.o.Decode(r.PC())
	if err != nil {
		return stepper.Passage{}
	}
	arch := w.engine.Target().Arch()
	use, known := arch.Usage(insn)
	switch {
	case !known && insn.Kind == machine.Plain:
		return stepper.Passage{} // the next time, perhaps, its way is another one
	case use.Loaded > 0 && overlap(th.config.Area+sliceGranted, 1, use.Load.Address(&r), int(use.Loaded)),
		insn.Kind == machine.Syscall && r.NextSyscall() == arch.Calls.SliceYield:
		w.yields[ended] = maxFollowed
		return stepper.Passage{}
	case insn.Kind == machine.Syscall || left == 0:
		w.yields[ended] = maxFollowed
		w.noteSlice(th, ended, true)
		return stepper.Passage{Stop: w.stops()}
	}
	return stepper.Passage{One: true, Then: func(table.Addr) (stepper.Passage, error) { return w.looksForGrant(th, ended, left-1), nil }}
}

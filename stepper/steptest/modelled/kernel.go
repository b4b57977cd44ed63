package modelled

import "rseqstep/stepper/machine/amd64"

// Kernel is which rules a kernel has for a thread on its way back to user mode.
// See Documentation/userspace-api/rseq.rst, "Optimized RSEQ V2".
type Kernel int

const (
	// AtEveryStop is Linux 6.18 and older: rseq_cs is looked at and the id fields
	// are written whenever a thread that was scheduled out goes on
	// (__rseq_handle_notify_resume, kernel/rseq.c). The field flags is not the
	// kernel's; here the program has something of its own in it.
	AtEveryStop Kernel = iota
	// WhenInterrupted is Linux 7.1 and newer with an area of 32 bytes: rseq_cs is
	// looked at only if the thread's last entry into the kernel was an interrupt
	// or an exception (user_irq in rseq_update_usr, include/linux/rseq_entry.h);
	// the id fields are written each time.
	WhenInterrupted
	// WhenChanged is Linux 6.19, and newer ones with an area of more than 32
	// bytes: as WhenInterrupted, but the id fields are written only when they
	// change, and a program that has changed them itself is killed. The threads
	// have switched the time slice extension on.
	WhenChanged
)

// Kernels lists them by name.
func Kernels() map[string]Kernel {
	return map[string]Kernel{"at every stop": AtEveryStop, "when interrupted": WhenInterrupted, "when changed": WhenChanged}
}

// uninitialized is RSEQ_CPU_ID_UNINITIALIZED, include/uapi/linux/rseq.h.
const uninitialized = ^uint32(0)

// size is how many bytes of an area are registered.
func (k Kernel) size() uint32 {
	switch k {
	case AtEveryStop:
		return 64
	case WhenChanged:
		return 33
	}
	return 32
}

// Flags of struct rseq and of rseq(2), include/uapi/linux/rseq.h.
const (
	sliceAvailable = 1 << 4 // RSEQ_CS_FLAG_SLICE_EXT_AVAILABLE
	sliceEnabled   = 1 << 5 // RSEQ_CS_FLAG_SLICE_EXT_ENABLED
	sliceOn        = 2      // RSEQ_FLAG_SLICE_EXT_DEFAULT_ON

	flagsAt = 16 // offsetof(struct rseq, flags)
)

// flags is what the program has in that field of its areas.
func (k Kernel) flags() uint32 {
	switch k {
	case AtEveryStop:
		return sliceEnabled
	case WhenChanged:
		return sliceAvailable | sliceEnabled
	}
	return 0
}

// resumed is what the kernel does with a thread on its way back to user mode:
// inside an armed section the thread goes to the abort handler, anything else
// disarms it, and the area is given the CPU's number.
func (w *World) resumed(th *Thread) {
	if th.Rseq.Area == 0 {
		return
	}
	if w.Kernel == AtEveryStop || th.trapped {
		if armed := w.get64(th.area + 8); armed != 0 {
			if pc := th.Regs.PC(); pc-Start < End-Start {
				th.Regs.W[amd64.RIP] = uint64(Abort)
				th.inVain()
			}
			w.put64(th.area+8, 0)
		}
	}
	if w.Kernel == WhenChanged {
		if th.told == uint32(th.cpu) {
			return
		}
		if start, id := w.get32(th.area), w.get32(th.area+4); start != th.told || id != th.told {
			w.broken("thread %d is killed: its area says CPU %d, %d where the kernel has written %d", th.TID, int32(start), int32(id), int32(th.told))
		}
	}
	th.told = uint32(th.cpu)
	w.put32(th.area, th.told)
	w.put32(th.area+4, th.told)
}

// interrupted is an interrupt after which the thread goes on: it may have been
// scheduled out.
func (w *World) interrupted(th *Thread) {
	th.trapped = true
	w.resumed(th)
}

// move takes a thread that is not pinned to the other CPU.
func (w *World) move(th *Thread) {
	if !th.Pinned {
		th.cpu = (th.cpu + 1) % cpus
	}
}

// wake resumes a held thread. It may wake up on the other CPU: that matters
// where it has armed its section.
func (w *World) wake(th *Thread) {
	if th.Rseq.Area != 0 && !th.Pinned && w.get64(th.area+8) != 0 && w.happens("wakes elsewhere") != "" {
		w.move(th)
	}
	w.resumed(th)
}

// register is rseq(2) of a thread for its own area. It reports whether the
// kernel knows the flags.
func (w *World) register(th *Thread, flags uint64) bool {
	if flags != 0 && (w.Kernel == AtEveryStop || flags != sliceOn) {
		return false
	}
	th.Rseq = w.config(th)
	w.put64(th.area+8, 0)
	if w.Kernel == AtEveryStop {
		return true // the id fields stay what they are until the thread goes on
	}
	field := uint32(0)
	if w.Kernel == WhenChanged {
		field = sliceAvailable | uint32(flags<<4)
	}
	w.put32(th.area+flagsAt, field)
	th.told = uninitialized
	w.put32(th.area, uninitialized)
	w.put32(th.area+4, uninitialized)
	return true
}

// unregister is rseq(2) with RSEQ_FLAG_UNREGISTER.
func (w *World) unregister(th *Thread) {
	th.Rseq.Area, th.Rseq.Size, th.Rseq.Signature = 0, 0, 0
	w.put32(th.area, 0)
	w.put32(th.area+4, uninitialized)
	w.put64(th.area+8, 0)
}

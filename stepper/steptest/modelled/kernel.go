package modelled

import "rseqstep/stepper/machine/amd64"

// Kernel is the set of a kernel's rules for a thread that returns to user mode.
// See Documentation/userspace-api/rseq.rst, "Optimized RSEQ V2".
type Kernel int

const (
	// AtEveryStop is Linux 6.18 and older: the kernel checks rseq_cs and writes the id
	// fields whenever a thread that was scheduled out resumes
	// (__rseq_handle_notify_resume, kernel/rseq.c). The kernel does not use the field
	// flags; here the program stores its own value in it.
	AtEveryStop Kernel = iota
	// WhenInterrupted is Linux 7.1 and newer with an area of 32 bytes: the kernel checks
	// rseq_cs only if the thread's last entry into the kernel was an interrupt or an
	// exception (user_irq in rseq_update_usr, include/linux/rseq_entry.h); it writes the
	// id fields each time.
	WhenInterrupted
	// WhenChanged is Linux 6.19, and newer ones with an area of more than 32
	// bytes: as WhenInterrupted, but the kernel writes the id fields only when
	// they change, and kills a program that has changed them itself. The
	// threads have enabled the time slice extension.
	WhenChanged
)

// Kernels lists them by name.
func Kernels() map[string]Kernel {
	return map[string]Kernel{"at every stop": AtEveryStop, "when interrupted": WhenInterrupted, "when changed": WhenChanged}
}

// uninitialized is RSEQ_CPU_ID_UNINITIALIZED, include/uapi/linux/rseq.h.
const uninitialized = ^uint32(0)

// size is the number of bytes of a registered area.
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

// flags is the program's own value of that field of its areas.
func (k Kernel) flags() uint32 {
	switch k {
	case AtEveryStop:
		return sliceEnabled
	case WhenChanged:
		return sliceAvailable | sliceEnabled
	}
	return 0
}

// resumed is the kernel's work for a thread that returns to user mode: a thread
// inside its armed section goes to the abort handler, any other is disarmed,
// and the area gets the CPU's number.
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
		if th.writtenCPU == uint32(th.cpu) {
			return
		}
		if start, id := w.get32(th.area), w.get32(th.area+4); start != th.writtenCPU || id != th.writtenCPU {
			w.broken("thread %d is killed: its area has CPU %d, %d, but the kernel has written %d", th.TID, int32(start), int32(id), int32(th.writtenCPU))
		}
	}
	th.writtenCPU = uint32(th.cpu)
	w.put32(th.area, th.writtenCPU)
	w.put32(th.area+4, th.writtenCPU)
}

// interrupted is an interrupt after which the thread continues: it may have
// been scheduled out.
func (w *World) interrupted(th *Thread) {
	th.trapped = true
	w.resumed(th)
}

// move moves a thread that is not pinned to the other CPU.
func (w *World) move(th *Thread) {
	if !th.Pinned {
		th.cpu = (th.cpu + 1) % cpus
	}
}

// wake resumes a stopped thread. It may wake up on the other CPU: that matters
// if it has armed its section.
func (w *World) wake(th *Thread) {
	if th.Rseq.Area != 0 && !th.Pinned && w.get64(th.area+8) != 0 && w.happens("wakes elsewhere") != "" {
		w.move(th)
	}
	w.resumed(th)
}

// register is rseq(2) of a thread for its own area. It reports whether the
// kernel accepts the flags.
func (w *World) register(th *Thread, flags uint64) bool {
	if flags != 0 && (w.Kernel == AtEveryStop || flags != sliceOn) {
		return false
	}
	th.Rseq = w.config(th)
	w.put64(th.area+8, 0)
	if w.Kernel == AtEveryStop {
		return true // the id fields do not change until the thread resumes
	}
	field := uint32(0)
	if w.Kernel == WhenChanged {
		field = sliceAvailable | uint32(flags<<4)
	}
	w.put32(th.area+flagsAt, field)
	th.writtenCPU = uninitialized
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

//go:build linux && arm64

package ptrace

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// debugState holds what a thread's debug registers contain and what they are to contain when it resumes.
// A processor has some for execution and others for data, often 6 and 4, at least 2 of each, and the
// kernel may give none: then the request that resumes the thread fails with ENOSPC. The slots that are
// in use take the first registers of their kind.
//
// This processor differs from x86-64 in two ways, which are hidden here. It has no flag that lets a
// thread pass a register at its PC (debug_exception_enter aside, kernel mode has it), so the thread
// steps over the instruction while the slot is off; between Target and kernel, passes is that flag. And a
// register for data stops the thread before the access, so it steps over that as well, and the
// event follows after it, as on x86-64.
type debugState struct {
	has, want [debugSlots]slot
	written   [2]int // registers of each kind that may be enabled: of noteHWBreak, of noteHWWatch
	stale     bool   // contents and wanted contents may differ

	passes bool       // the next instruction is executed whatever slot is at it
	over   int        // the request to go on with after a step over slots that are hidden; 0: there is none
	from   table.Addr // where it began; 0: at an access to data
	hidden int        // slots that are off, as bits
	access table.Addr // the instruction that made the access
	hit    int        // slots to be reported after it, as bits
}

// set records the wanted contents of slot n.
func (d *debugState) set(n int, s slot) { d.want[n], d.stale = s, true }

// inUse reports whether the thread has an enabled register.
func (d *debugState) inUse() bool {
	for n := range d.has {
		if d.has[n].kind != tracee.DebugOff {
			return true
		}
	}
	return false
}

// executes are the slots for execution at pc.
func (d *debugState) executes(pc table.Addr) (slots int) {
	for n, s := range d.want {
		if s.kind == tracee.DebugExecute && s.addr == pc {
			slots |= 1 << n
		}
	}
	return slots
}

// accesses are the slots for data that an access at addr has triggered. It may begin before the bytes
// that are watched; then it is the nearest ones.
func (d *debugState) accesses(addr table.Addr) (slots int) {
	nearest := ^table.Addr(0)
	for n, s := range d.has {
		if s.kind != tracee.DebugWrite && s.kind != tracee.DebugReadWrite {
			continue
		}
		distance := table.Addr(0)
		switch {
		case addr < s.addr:
			distance = s.addr - addr
		case addr >= s.addr+table.Addr(s.length):
			distance = addr - s.addr
		}
		if distance < nearest {
			nearest, slots = distance, 0
		}
		if distance == nearest {
			slots |= 1 << n
		}
	}
	return slots
}

// control is a slot's control word: enabled at bit 0, type at 3, the bytes in question at 5
// (decode_ctrl_reg, arch/arm64/include/asm/hw_breakpoint.h).
func (s slot) control() uint32 {
	bytes := (uint32(1)<<s.length - 1) << (s.addr & 7) << 5
	switch s.kind {
	case tracee.DebugExecute:
		return 1 | 0xf<<5
	case tracee.DebugWrite:
		return 1 | 2<<3 | bytes
	case tracee.DebugReadWrite:
		return 1 | 3<<3 | bytes
	}
	return 0
}

// flushDebug writes the changes recorded by SetDebug. If the kernel refuses, the thread keeps its old
// registers.
func (p *Process) flushDebug(t *thread) error {
	d := &t.debug
	err := p.writeDebug(t)
	if err != nil {
		d.want = d.has
	}
	d.stale = false
	return err
}

// writeDebug writes the wanted slots, except those that are hidden.
func (p *Process) writeDebug(t *thread) error {
	d := &t.debug
	var sets [2][]slot
	for n, s := range d.want {
		switch {
		case s.kind == tracee.DebugOff || d.hidden>>n&1 != 0:
		case s.kind == tracee.DebugExecute:
			sets[0] = append(sets[0], s)
		default:
			sets[1] = append(sets[1], s)
		}
	}
	for kind, note := range []uintptr{noteHWBreak, noteHWWatch} {
		count := max(len(sets[kind]), d.written[kind])
		if count == 0 {
			continue
		}
		if e := writeSlots(t.tid, note, sets[kind], count); e != 0 {
			return p.fail(t, "write debug registers", e)
		}
		d.written[kind] = len(sets[kind])
	}
	d.has = d.want
	return nil
}

// writeSlots writes the first count registers of a kind: struct user_hwdebug_state
// (arch/arm64/include/uapi/asm/ptrace.h). Those that have no slot are disabled.
func writeSlots(tid int, note uintptr, slots []slot, count int) unix.Errno {
	const header, size = 8, 16
	b := make([]byte, header+size*count)
	for n, s := range slots {
		at := b[header+size*n:]
		mask := table.Addr(7)
		if s.kind == tracee.DebugExecute {
			mask = 3
		}
		binary.LittleEndian.PutUint64(at, uint64(s.addr&^mask))
		binary.LittleEndian.PutUint32(at[8:], s.control())
	}
	_, e := ptraceRegSet(reqSetRegSet, tid, note, b)
	return e
}

// copied is the state of a thread that a thread with state d has created: no register enabled
// (ptrace_hw_copy_thread, arch/arm64/kernel/hw_breakpoint.c).
func (d *debugState) copied() debugState { return debugState{} }

// clearDebug disables every debug register of a thread.
func (p *Process) clearDebug(t *thread) error {
	if t.debug.written == [2]int{} {
		return nil
	}
	t.debug.want = [debugSlots]slot{}
	err := p.writeDebug(t)
	if err == nil {
		t.debug = debugState{}
	}
	return err
}

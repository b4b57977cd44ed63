//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// migrate prepares a stopped thread with a MoveTo request for its resume: it
// narrows the thread's affinity to the CPU and makes the thread stop again on
// that CPU before its first instruction, where endMigration restores the affinity. So
// the program cannot see the narrow affinity, and no new thread inherits it.
// Refused: restoring it right after the resume; with both on one CPU the thread
// preempts the tracer first, one time in a hundred. After endMigration the scheduler
// may move the thread if another CPU is idle and this one is not.
func (p *Process) migrate(t *thread) {
	if !t.migrates {
		return
	}
	t.migrates = false
	var m cpuMask
	if affinity(t.tid, &m) != 0 {
		return
	}
	p.armExitKill(t)
	one := only(t.target)
	if ptraceCall(reqInterrupt, t.tid, 0, 0) != 0 || setAffinity(t.tid, &one) != 0 {
		return // dying, or the CPU is offline
	}
	t.asked, t.ownAffinity = true, &m
}

// endMigration restores the affinity of a thread that has stopped again. If another thread of the
// program has changed it meanwhile, it stays as it is. It reports whether this is the stop that
// migrate requested.
func (p *Process) endMigration(t *thread) (bool, error) {
	if t.ownAffinity == nil {
		return false, nil
	}
	m := t.ownAffinity
	t.ownAffinity = nil
	var now cpuMask
	if affinity(t.tid, &now) == 0 && now != only(t.target) {
		return true, nil
	}
	if e := setAffinity(t.tid, m); e != 0 && e != unix.ESRCH {
		return true, &Error{Op: "restore affinity", TID: t.tid, Err: e}
	}
	return true, nil
}

// resumeMigrated resumes a thread after the stop that migrate requested. A thread of Elsewhere is
// woken from another CPU than its new one: the kernel seldom wakes a tracee on its tracer's CPU, and with
// two CPUs it then wakes on the old one (once in 200 of 200 rounds).
func (p *Process) resumeMigrated(t *thread) error {
	var own cpuMask
	apart := t.apart && affinity(0, &own) == 0
	t.apart = false
	if apart {
		others := own
		if p.keepsCPU {
			others = p.home
		}
		others[t.target/64] &^= 1 << (t.target % 64)
		apart = others != (cpuMask{}) && setAffinity(0, &others) == 0
	}
	skipped := t.skipped
	err := p.resume(t, t.how, 0)
	t.skipped = skipped
	if apart {
		if e := setAffinity(0, &own); e != 0 {
			err = errors.Join(err, &Error{Op: "restore our affinity", TID: p.owner, Err: e})
		}
	}
	return err
}

// offCPU is where struct rseq has the CPU number, cpu_id (include/uapi/linux/rseq.h).
const offCPU = 4

// cpuOf is the CPU that a stopped thread stopped on, -1 if unknown. The kernel keeps it
// in the thread's rseq area, which is cheaper to read than /proc.
func (p *Process) cpuOf(t *thread) int {
	config := make([]byte, 24) // struct ptrace_rseq_configuration
	if _, e := ptraceBytes(reqGetRseq, t.tid, uintptr(len(config)), config); e == 0 {
		if area := binary.NativeEndian.Uint64(config); area != 0 {
			var id [4]byte
			if n, _ := processRead(t.tid, table.Addr(area+offCPU), id[:]); n == len(id) {
				return int(int32(binary.NativeEndian.Uint32(id[:])))
			}
		}
	}
	st, err := readStat(t.tid, t.tid)
	if err != nil {
		return -1
	}
	return st.processor
}

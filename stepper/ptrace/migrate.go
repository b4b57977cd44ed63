//go:build linux && amd64

package ptrace

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// migrate gets a held thread that MoveTo was called for ready to be resumed:
// its affinity is narrowed to the CPU, and it will stop again on that CPU
// before its first instruction, where arrive gives its affinity back. So the
// program can neither see the narrow one nor have a new thread inherit it.
// Giving it back right after the resume was refused: with both on one CPU the
// thread preempts us first, every hundredth time. From there the scheduler may
// move it on, where another CPU is idle and this one is not.
func (p *Process) migrate(t *thread) {
	if !t.moves {
		return
	}
	t.moves = false
	var m cpuMask
	if affinity(t.tid, &m) != 0 {
		return
	}
	p.endanger(t)
	one := only(t.target)
	if ptraceCall(reqInterrupt, t.tid, 0, 0) != 0 || setAffinity(t.tid, &one) != 0 {
		return // dying, or the CPU has gone offline
	}
	t.asked, t.away = true, &m
}

// arrive gives a thread that has stopped again its affinity back. It reports
// whether this is a stop that migrate asked for.
func (p *Process) arrive(t *thread) (bool, error) {
	if t.away == nil {
		return false, nil
	}
	m := t.away
	t.away = nil
	if e := setAffinity(t.tid, m); e != 0 && e != unix.ESRCH {
		return true, &Error{Op: "restore affinity", TID: t.tid, Err: e}
	}
	return true, nil
}

// goOn resumes a thread after the stop that migrate asked for.
func (p *Process) goOn(t *thread) error {
	skipped := t.skipped
	err := p.resume(t, t.how, 0)
	t.skipped = skipped
	return err
}

// offCPU is where struct rseq has the CPU number, cpu_id (include/uapi/linux/rseq.h).
const offCPU = 4

// cpuOf is the CPU that a held thread stopped on, -1 unknown. The kernel keeps it in
// the thread's rseq area, which is cheaper to read than /proc.
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

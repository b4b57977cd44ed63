package units

import (
	"io"

	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// disarmStale clears rseq_cs of a thread that is at an arming store inside p, the section which
// that store arms. Programs leave the field set after a commit, and the kernel clears it when
// it next checks it (rseq(2)): up to Linux 6.18 at every stop, newer kernels not if the thread
// stopped in a system call (include/linux/rseq_entry.h). If the field were still set, the
// kernel would move the thread to the abort handler before the pass has begun. The store is
// about to set it again.
func (r *Runner) disarmStale(th *drive.Thread, p *table.Placed) error {
	if !p.Contains(th.Regs.PC()) {
		return nil
	}
	var none [8]byte
	if n, err := r.Target.WriteMemory(th.Rseq.CSField(), none[:]); n < len(none) {
		if err == nil {
			err = io.ErrShortWrite
		}
		return err
	}
	return nil
}

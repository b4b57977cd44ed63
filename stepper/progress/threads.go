package progress

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// of returns the Watch's part of a thread, and makes it if there is none.
func (w *Watch) of(t *drive.Thread) *thread {
	th := w.threads[t]
	if th == nil {
		th = &thread{Thread: t}
		w.threads[t] = th
	}
	return th
}

// Arms records a section that the thread has armed.
func (w *Watch) Arms(t *drive.Thread, p *table.Placed) { w.of(t).arms(p) }

// Count counts a pass of a section that somebody else has seen.
func (w *Watch) Count(t *drive.Thread, p *table.Placed, r rseq.Result) { w.of(t).count(p.Start, r) }

// History returns the passes of a thread that did not commit, since the last commit. The caller
// may change it.
func (w *Watch) History(t *drive.Thread) *rseq.History { return &w.of(t).history }

// Fruitless returns how many passes of a thread did not commit, in all.
func (w *Watch) Fruitless(t *drive.Thread) int { return w.of(t).fruitless }

// Helps records that the pass which Injects asked for runs now.
func (w *Watch) Helps(t *drive.Thread) { w.of(t).helped = nil }

// Forked is called when the thread continues in the child of a fork, which inherits no debug
// registers and no other thread.
func (w *Watch) Forked(t *drive.Thread) {
	th := w.of(t)
	th.points = nil
	clear(w.threads)
	w.threads[t] = th
}

// Ended is called when the thread has ended.
func (w *Watch) Ended(t *drive.Thread) { delete(w.threads, t) }

// Executed is called when another program has replaced that of the process (execve(2)). Moves
// under way keep their parts of the old threads.
func (w *Watch) Executed() {
	clear(w.threads)
	if w.sentry != nil {
		w.sentry.renew()
	}
}

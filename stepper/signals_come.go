package stepper

import "rseqstep/stepper/tracee"

// handle lets the thread have a signal and runs it until its handler, if it
// has one, has returned to where the thread stands.
func (e *Engine) handle(th *thread, sig int) answer {
	if err := e.load(th); err != nil {
		return fails(err)
	}
	if err := e.queueSignal(th, sig); err != nil {
		return fails(err)
	}
	return then(e.throughHandler(th), nil)
}

// keepBack keeps a signal that passes silently for after the instruction, when
// the same instruction was interrupted before: a timer that fires more often
// than its handler takes under a debugger would stop all progress.
func (e *Engine) keepBack(th *thread, ev tracee.Event) bool {
	if ev.Kind != tracee.EventSignal || e.points.Catches(&ev) {
		return false
	}
	d := e.signals.Of(ev.Signal)
	if d.Stop || d.Print || !d.Pass || th.deferred != 0 && (th.deferred != ev.Signal || ev.Signal >= firstRealTime) {
		return false
	}
	th.keepSignal(e.target, ev.Signal)
	return true
}

// keepSignal keeps a signal that the held thread is stopped for, with its siginfo_t.
func (th *thread) keepSignal(t tracee.Target, sig int) {
	th.deferred, th.keptInfo = sig, nil
	if info, err := t.Siginfo(th.tid); err == nil {
		th.keptInfo = info
	}
}

// restoreKept makes the signal that is kept back what the held thread is stopped
// for, so that the program sees it as it was sent.
func (e *Engine) restoreKept(th *thread) {
	info := th.keptInfo
	th.keptInfo = nil
	if t, ok := e.target.(tracee.CallingTarget); ok && len(info) > 0 && int(info[0]) == th.deferred {
		if err := t.RestoreSignal(th.tid, th.deferred, info); err != nil && !isGone(err) {
			e.report.notify("signal %d is delivered without what it was sent with: %v", th.deferred, err)
		}
	}
}

// firstRealTime is SIGRTMIN of the kernel: signals below it are pending once
// at most, those from it on are queued (signal(7)).
const firstRealTime = 32

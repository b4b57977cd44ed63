//go:build linux && (amd64 || arm64)

package ptrace

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// TakeSignal consumes one signal that was pending for a thread when the debugger
// attached: it brings the thread into its signal-delivery-stop (ptrace(2)) and queues no
// event for it. sig is 0 if there is none. PTRACE_INTERRUPT stops a thread before the
// kernel dequeues its signals (get_signal, kernel/signal.c), so the stop comes before the
// thread's next instruction.
//
// Precondition: every thread is stopped, and none has been resumed since
// Attach.
func (p *Process) TakeSignal() (tid, sig int, err error) {
	if tid, sig := p.queuedSignal(); sig != 0 {
		return tid, sig, nil
	}
	for _, t := range append([]*thread(nil), p.order...) {
		if t.zombie || t.stop != stopEvent || t.midcall || p.Queued(t.tid) || !p.aboutToTake(t) {
			continue
		}
		if err := p.takePendingTrap(t); err != nil {
			return 0, 0, ignoreGone(err)
		}
		for !t.held && p.alive && p.threads[t.tid] == t {
			got, err := p.collect(-1, 0)
			if err == nil && got != kicked {
				err = p.take(got, p.status)
			}
			if err != nil {
				return 0, 0, err
			}
		}
		tid, sig := p.queuedSignal()
		return tid, sig, nil
	}
	return 0, 0, nil
}

// queuedSignal removes the first signal event from the queue and returns its
// thread and signal.
func (p *Process) queuedSignal() (tid, sig int) {
	for i, ev := range p.queue {
		if ev.Kind == tracee.EventSignal && p.Held(ev.TID) {
			p.queue = append(p.queue[:i], p.queue[i+1:]...)
			return ev.TID, ev.Signal
		}
	}
	return 0, 0
}

// aboutToTake reports whether a signal is pending for a thread that does not block it
// (proc_pid_status(5)). Signals that stop the process do not count: they are job
// control's.
func (p *Process) aboutToTake(t *thread) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", t.tid, t.tid))
	if err != nil {
		return false
	}
	field := func(name string) uint64 {
		_, rest, _ := bytes.Cut(b, []byte("\n"+name+":"))
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		n, _ := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 64) // the kernel wrote it
		return n
	}
	const left = 1<<(unix.SIGKILL-1) | 1<<(unix.SIGSTOP-1) | 1<<(unix.SIGTSTP-1) | 1<<(unix.SIGTTIN-1) | 1<<(unix.SIGTTOU-1) | 1<<(unix.SIGCONT-1)
	return (field("SigPnd")|field("ShdPnd"))&^field("SigBlk")&^left != 0
}

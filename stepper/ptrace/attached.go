//go:build linux && amd64

package ptrace

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// TakeSignal takes a signal that a thread was about to be delivered when the process
// was attached to: the thread then stands in its signal-delivery-stop (ptrace(2)), and
// no event of it comes. sig is 0 where there is none. PTRACE_INTERRUPT stops a thread
// before it takes its signals (get_signal, kernel/signal.c), so one that is pending
// and not blocked is taken here, before the thread's next instruction.
//
// Precondition: every thread is held, and none has been let go.
func (p *Process) TakeSignal() (tid, sig int, err error) {
	if tid, sig := p.queuedSignal(); sig != 0 {
		return tid, sig, nil
	}
	for _, t := range append([]*thread(nil), p.order...) {
		if t.zombie || t.stop != stopEvent || t.midcall || p.Queued(t.tid) || !p.aboutToTake(t) {
			continue
		}
		if err := p.takeUp(t); err != nil {
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

// queuedSignal takes the first signal's event out of the queue.
func (p *Process) queuedSignal() (tid, sig int) {
	for i, ev := range p.queue {
		if ev.Kind == tracee.EventSignal && p.Held(ev.TID) {
			p.queue = append(p.queue[:i], p.queue[i+1:]...)
			return ev.TID, ev.Signal
		}
	}
	return 0, 0
}

// aboutToTake reports whether a signal is pending for a thread that it does not block
// (proc_pid_status(5)). Those that stop the process are job control's.
func (p *Process) aboutToTake(t *thread) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", t.tid, t.tid))
	if err != nil {
		return false
	}
	field := func(name string) uint64 {
		_, rest, _ := bytes.Cut(b, []byte("\n"+name+":"))
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		n, _ := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 64) // the kernel has written it
		return n
	}
	const left = 1<<(unix.SIGKILL-1) | 1<<(unix.SIGSTOP-1) | 1<<(unix.SIGTSTP-1) | 1<<(unix.SIGTTIN-1) | 1<<(unix.SIGTTOU-1) | 1<<(unix.SIGCONT-1)
	return (field("SigPnd")|field("ShdPnd"))&^field("SigBlk")&^left != 0
}

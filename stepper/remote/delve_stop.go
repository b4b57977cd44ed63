package remote

import (
	"encoding/hex"
	"fmt"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// sigStop is what lldb's servers report when they were asked to stop the
// program. Delve would deliver a SIGINT to the program (handleThreadSignals).
const sigStop = 19

// delveStop is a stop in Delve's form. If the stop's thread has ended, another
// thread is reported, because Delve may ask for its registers.
func (c *client) delveStop(stop stepper.Stop) string {
	switch stop.Reason {
	case stepper.StopInterrupt:
		return c.delveStopped(sigStop, stop.TID, "")
	case stepper.StopWatchpoint:
		return c.delveStopped(sigTrap, stop.TID, c.whichWatch(stop))
	case stepper.StopBreakpoint:
		return c.delveStopped(sigTrap, stop.TID, "reason:breakpoint;")
	case stepper.StopSignal:
		return c.delveStopped(stop.Signal, stop.TID, "")
	}
	tid := stop.TID
	if !c.alive(tid) {
		tid = c.p.engine.Thread()
	}
	return c.delveStopped(sigTrap, tid, "reason:trace;")
}

// threadsOfStop lists the threads, so that Delve does not ask for them.
func (c *client) threadsOfStop() string {
	b := []byte("threads:")
	for i, t := range c.p.target.Threads() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c.threadName(t)...)
	}
	return string(append(b, ';'))
}

// delveStopped is a T reply with everything that saves Delve a round trip: the
// threads, which of them have a reason to stop, and the registers that it
// accepts in a stop reply (8 bytes at most).
func (c *client) delveStopped(sig, tid int, why string) string {
	b := fmt.Appendf(nil, "T%02x%sthread:%s;%s", sig, why, c.threadName(tid), c.threadsOfStop())
	if c.stepping {
		return string(b) // Delve reads nothing else after a step
	}
	stopped := append([]int{tid}, c.alsoHit(tid, sig)...)
	b = fmt.Appendf(b, "jstopinfo:%s;", reasons(stopped, sig))
	regs, err := c.registers()
	if err != nil {
		return string(b)
	}
	f := c.file(tid)
	var left []int
	for n := range regs {
		if !regs[n].fitsStop() {
			left = append(left, n)
			continue
		}
		if p, err := f.read(&regs[n]); err == nil {
			b = appendRegister(b, n, p)
		} else {
			left = append(left, n)
		}
	}
	if sig == sigTrap {
		c.expectAfterStop(stopped, string(b), left)
	}
	return string(b)
}

// fitsStop reports whether Delve takes a register from a stop reply.
func (r *register) fitsStop() bool { return r.size <= 8 }

// alsoHit are the threads other than tid that are at breakpoints of Delve's, which they
// hit while tid was handled. They are reported together with tid, as Delve's own backend
// does, which saves a stop for each; Delve steps them off as well.
func (c *client) alsoHit(tid, sig int) (others []int) {
	clear(c.alsoReported)
	if sig != sigTrap {
		return nil
	}
	for _, t := range c.p.target.Threads() {
		if t == tid || !c.p.target.Held(t) || c.p.target.Queued(t) {
			continue
		}
		regs, err := c.p.engine.Regs(t)
		// In a system call the PC is the return address (syscall(2),
		// "Architecture calling conventions"; -1 is ptrace's "in none").
		if err == nil && !regs.InSyscall() && c.wantedAt(regs.PC()) {
			others = append(others, t)
			c.alsoReported[t] = true
		}
	}
	return others
}

// wantedAt reports whether the client has a breakpoint at an address.
func (c *client) wantedAt(pc table.Addr) bool {
	for kind := range 2 {
		b := c.p.points[point{kind: kind, addr: pc, length: 1}]
		if b != nil && b.wanted {
			return true
		}
	}
	return false
}

// reasons is jstopinfo: the threads that Delve must ask about. Threads that it
// does not name have no stop reason of their own.
func reasons(tids []int, sig int) string {
	list := []byte{'['}
	for i, tid := range tids {
		if i > 0 {
			list = append(list, ',')
		}
		list = fmt.Appendf(list, `{"tid":%d,"signal":%d}`, tid, sig)
	}
	return hex.EncodeToString(append(list, ']'))
}

// delveThread is a thread's stop reason.
func (c *client) delveThread(tid int) string {
	if tid == c.p.engine.Thread() && strings.HasPrefix(c.last, "T") {
		return c.last
	}
	if c.alsoReported[tid] {
		return fmt.Sprintf("T%02xreason:breakpoint;thread:%s;", sigTrap, c.threadName(tid))
	}
	return "T00thread:" + c.threadName(tid) + ";"
}

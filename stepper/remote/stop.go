package remote

import (
	"encoding/hex"
	"fmt"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Linux's numbers of the signals that stops are reported as (signal(7)).
const (
	sigInt  = 2
	sigTrap = 5
)

// stopReply is a stop in the protocol's form (gdb manual, "Stop Reply Packets").
func (c *client) stopReply(stop stepper.Stop) string {
	switch stop.Reason {
	case stepper.StopExited:
		return fmt.Sprintf("W%02x%s", stop.Status.Code&0xff, c.ofProcess())
	case stepper.StopKilled:
		return fmt.Sprintf("X%02x%s", c.signalOut(stop.Status.Signal), c.ofProcess())
	}
	if c.delve() {
		return c.delveStop(stop)
	}
	sig, why := sigTrap, ""
	switch stop.Reason {
	case stepper.StopSignal:
		sig, why = stop.Signal, c.lldbSignal(stop)
	case stepper.StopInterrupt:
		sig = sigInt
	case stepper.StopThreadExited:
		sig = 0
	case stepper.StopBreakpoint:
		why = c.whichBreak(stop)
	case stepper.StopWatchpoint:
		why = c.whichWatch(stop)
	default:
		why = c.whichEvent(stop)
	}
	return c.stopped(c.signalOut(sig), stop.TID, why)
}

// ofProcess is what ends a W or X reply.
func (c *client) ofProcess() string {
	if !c.multiprocess {
		return ""
	}
	return ";process:" + hexAddr(table.Addr(c.p.target.PID()))
}

// whichBreak is the mechanism of the breakpoint that was hit. A client ignores one that it does not have
// at the thread's PC: for a breakpoint inside an exclusive sequence SIGTRAP is all it learns.
func (c *client) whichBreak(stop stepper.Stop) string {
	for _, n := range stop.Breakpoints {
		at, ok := c.pointOf(n)
		switch {
		case ok && at.addr != stop.PC:
		case ok && at.kind == 1 && c.hwbreak:
			return "hwbreak:;"
		case ok && at.kind == 0 && c.swbreak:
			return "swbreak:;"
		}
	}
	if c.threadSuffix {
		return "reason:breakpoint;"
	}
	return ""
}

// whichWatch is the address of the watchpoint that was hit.
func (c *client) whichWatch(stop stepper.Stop) string {
	for _, w := range stop.Watch {
		at, ok := c.pointOf(w.Number)
		if !ok {
			continue
		}
		name := map[int]string{2: "watch", 3: "rwatch", 4: "awatch"}[at.kind]
		return name + ":" + hexAddr(at.addr) + ";"
	}
	return ""
}

// stopped is a T reply: the signal, the registers that every client reads
// first, the thread, and the reason.
func (c *client) stopped(sig, tid int, why string) string {
	b := appendByte(append(make([]byte, 0, 128), 'T'), sig)
	if !c.lldb() {
		b = append(b, why...)
	}
	if c.threadList {
		b = append(b, c.listThreads()...)
	}
	b = append(append(append(b, "thread:"...), c.threadName(tid)...), ';')
	if c.lldb() {
		b = append(b, why...) // lldb looks for ";reason:exec;" (ProcessGDBRemote::SetLastStopPacket)
	}
	if regs, err := c.registers(); err == nil {
		for _, n := range c.p.expedited {
			if p, err := c.file(tid).read(&regs[n]); err == nil {
				b = appendRegister(b, n, p)
			}
		}
	}
	return string(b)
}

// appendRegister appends the content of register n as stop replies have it.
func appendRegister(b []byte, n int, content []byte) []byte {
	return append(hex.AppendEncode(append(appendByte(b, n), ':'), content), ';')
}

// appendByte appends a number below 256 in two digits.
func appendByte(b []byte, n int) []byte { return append(b, hexDigits[n>>4], hexDigits[n&15]) }

// listThreads is all threads and their PCs, which lldb asks for.
func (c *client) listThreads() string {
	var ids, pcs []string
	for _, t := range c.p.engine.Threads() {
		ids = append(ids, c.threadName(t.TID))
		pcs = append(pcs, hexAddr(t.PC))
	}
	return "threads:" + strings.Join(ids, ",") + ";thread-pcs:" + strings.Join(pcs, ",") + ";"
}

// status answers "?": why the program is stopped.
func (c *client) status() (string, error) {
	c.any()
	c.p = c.process
	if c.p == nil {
		if c.last != "" && (c.last[0] == 'W' || c.last[0] == 'X') {
			return c.last, nil
		}
		return "W00", nil
	}
	if c.last == "" || c.last[0] != 'T' {
		sig, tid := c.pendingSignal()
		c.last = c.stopped(c.signalOut(sig), tid, "")
	}
	return c.last, nil
}

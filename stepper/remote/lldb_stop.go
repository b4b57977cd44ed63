package remote

import (
	"encoding/binary"
	"fmt"
	"strings"

	"rseqstep/stepper"
	"rseqstep/stepper/signals"
)

// lldb reports whether the client is lldb, the only client besides Delve whose
// packets end in ";thread:ID;".
func (c *client) lldb() bool { return c.threadSuffix && !c.delve() }

// lldbSignal is the reason of a stop for a signal, in lldb's form: it
// distinguishes a SIGTRAP of the program's own from a step, and describes a
// fault.
func (c *client) lldbSignal(stop stepper.Stop) string {
	if !c.lldb() {
		return ""
	}
	why := "reason:signal;"
	if info, err := c.p.target.Siginfo(stop.TID); err == nil {
		if text := faultText(stop.Signal, info); text != "" {
			why += "description:" + toHex(text) + ";"
		}
	}
	return why
}

// faultText describes a fault in lldb's words (LinuxSignals.cpp, in LLVM's
// lldb/source/Plugins/Process/Utility): "" for a signal that a process sent,
// and for one without a description. info is its siginfo_t (sigaction(2),
// si_code).
func faultText(sig int, info []byte) string {
	if len(info) < 24 {
		return ""
	}
	code := int(int32(binary.LittleEndian.Uint32(info[8:])))
	names := map[int][]string{
		4: {"illegal instruction", "illegal instruction operand", "illegal addressing mode", "illegal trap", // SIGILL
			"privileged instruction", "privileged register", "coprocessor error", "internal stack error"},
		7: {"illegal alignment", "illegal address", "hardware error"}, // SIGBUS
		8: {"integer divide by zero", "integer overflow", "floating point divide by zero", "floating point overflow", // SIGFPE
			"floating point underflow", "inexact floating point result", "invalid floating point operation", "invalid floating point subscript range"},
		11: {"address not mapped to object", "invalid permissions for mapped object", "failed address bounds checks", // SIGSEGV
			"failed protection key checks"},
	}
	list := names[sig]
	const siKernel = 0x80 // of a general protection exception: the address is unknown
	switch {
	case sig == 11 && code == siKernel:
		return "signal SIGSEGV: address not mapped to object"
	case code < 1 || code > len(list):
		return ""
	}
	text := fmt.Sprintf("signal %s: %s", signals.Name(sig), list[code-1])
	if sig == 11 && code <= 2 {
		text += fmt.Sprintf(" (fault address: 0x%x)", binary.LittleEndian.Uint64(info[16:]))
	}
	return text
}

// keepReason records the last stop as a thread's stop reason, and forgets the
// reasons of threads that have ended.
func (c *client) keepReason(tid int) {
	for t := range c.why {
		if !c.alive(t) {
			delete(c.why, t)
		}
	}
	c.why[tid] = c.last
}

// stopReason returns a T reply's reason in lldb's words, its signal, and its
// description, if it has one.
func stopReason(reply string) (reason string, signal int, description string) {
	if len(reply) < 3 || reply[0] != 'T' {
		return "", 0, ""
	}
	sig, _ := number(reply[1:3])
	for _, pair := range strings.Split(reply[3:], ";") {
		key, value, _ := strings.Cut(pair, ":")
		switch key {
		case "reason":
			reason = value
		case "description":
			description, _ = text(value)
		case "watch", "rwatch", "awatch":
			reason = "watchpoint"
		case "swbreak", "hwbreak":
			reason = "breakpoint"
		}
	}
	switch {
	case reason != "" || sig == 0:
	case sig == sigTrap:
		reason = "trace"
	default:
		reason = "signal"
	}
	return reason, int(sig), description
}

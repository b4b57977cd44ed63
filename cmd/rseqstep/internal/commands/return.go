package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
)

// returnNow is `return [EXPR]`: as gdb's command does, it drops the selected frame and
// those that it called without running the rest of them, and restores the registers
// that the frames saved.
func (d *desk) returnNow(args string) error {
	e, err := d.LiveEngine()
	if err != nil {
		return err
	}
	frames, err := d.Frames(d.Level() + 2)
	for n := d.Level() + 2; err == nil && len(frames) == n && frames[n-1].Tail; n++ {
		frames, err = d.Frames(n + 1)
	}
	if err != nil {
		return err
	}
	if err := d.returnable(e, frames); err != nil {
		return err
	}
	f := &frames[d.Level()]
	set := ""
	if args != "" {
		if set, err = d.returnValue(f, args); err != nil {
			return err
		}
	}
	if err := d.sure(prompt.Message("Not confirmed"), "Make %s return now?", f.Function); err != nil {
		return err
	}
	caller := frames[len(frames)-1]
	now, err := e.Regs(e.Thread())
	if err != nil {
		return err
	}
	r := caller.Regs
	r.SetPC(caller.PC)
	r.SetSP(f.CFA)
	r.KeepResults(&now)
	if err := e.SetRegs(e.Thread(), r); err != nil {
		return err
	}
	d.Values().Forget()
	if err := d.SelectFrame(0); err != nil {
		return err
	}
	if set != "" && !caller.Called { // otherwise its thread is back at the call, with all registers
		if err := d.Values().Evaluate(set); err != nil {
			return err
		}
	}
	return d.ShowFrame()
}

// returnable returns the reason why the selected frame cannot return.
func (d *desk) returnable(e *stepper.Engine, frames []stepper.Frame) error {
	level := d.Level()
	if level+1 >= len(frames) {
		return prompt.Message("Can not force return from the outermost frame.")
	}
	if frames[level].Inlined > 0 {
		return prompt.Message("Can not force return from an inlined function.")
	}
	for _, f := range frames[:level+1] { // from the handler itself, the return goes to the trampoline
		if f.Called {
			return prompt.Message("Can not force return past a function called from GDB: return from that first, in a frame further in.")
		}
		if f.Signal {
			return prompt.Message("Can not force return out of a signal handler: its signals would stay blocked.")
		}
	}
	for _, t := range e.Threads() {
		if t.TID == e.Thread() && t.Rseq.Live {
			return prompt.Message("The thread is inside a restartable sequence; moving it out would leave the sequence armed. Step out of it first.")
		}
	}
	return nil
}

// returnValue evaluates f's return value while f's variables still exist, and returns
// the assignment that stores it where f's caller looks for it: %rax or %xmm0 (System V
// ABI for AMD64, 3.2.3).
func (d *desk) returnValue(f *stepper.Frame, expression string) (string, error) {
	of, err := d.Values().TypeOf(f.Function, false)
	if err != nil || strings.Contains(of, "<text") { // "<text variable, no debug info>"
		return "", prompt.Message("The return type of %s is unknown; return without a value, and set $rax.", f.Function)
	}
	of, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(of), "type = "), "(")
	of = strings.TrimSpace(of)
	place := "$rax"
	switch of {
	case "void":
		return "", prompt.Message("%s returns no value.", f.Function)
	case "double":
		place = "$xmm0.v2_double[0]"
	case "float":
		place = "$xmm0.v4_float[0]"
	}
	if err := d.Values().Evaluate("$__returned = (" + of + ") (" + expression + ")"); err != nil {
		return "", err
	}
	return place + " = $__returned", nil
}

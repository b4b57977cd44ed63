package stepper

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// CalledFrame is the Function of a frame that represents a call made by the user.
const CalledFrame = "<function called from gdb>"

// unwind is Symbols.Frames that continues, beyond a call made by the user, with the frames in
// which the user made it.
func (e *Engine) unwind(th *thread, max int) []Frame {
	var all []Frame
	regs := &th.Regs
	for i := len(th.called) - 1; i >= 0 && len(all) < max; i-- {
		d, met := th.called[i], false
		for _, f := range e.symbols.Frames(regs, e.target, max-len(all)) {
			if met = f.PC == d.back && f.Regs.SP() == d.sp; met {
				all = append(all, Frame{PC: f.PC, CFA: d.sp, Regs: f.Regs, Function: CalledFrame, Called: true})
				break
			}
			all = append(all, f)
		}
		if !met {
			return all // truncated
		}
		regs = &d.regs
	}
	if len(all) >= max {
		return all
	}
	rest := e.symbols.Frames(regs, e.target, max-len(all))
	if len(all) > 0 && len(rest) > 0 {
		total, _ := e.symbols.Inlines(rest[0].PC)
		if d := th.called[0]; d.shownAt == rest[0].PC && d.shown < total {
			rest = rest[min(total-d.shown, len(rest)-1):]
		}
	}
	return append(all, rest...)
}

// returnAddress is where called functions return to: the hlt behind the program's entry point,
// or the entry point itself if there is no hlt. The hlt ends a process that forks in a called
// function and has no trap there. The program executes neither place a second time. gdb makes
// functions return to the stack (i386_push_dummy_code, gdb/i386-tdep.c), where the fault on a
// page that is not executable serves as the trap. Refused: if the program blocks SIGSEGV, that
// fault would make it lose its handler.
func (e *Engine) returnAddress() (table.Addr, error) {
	at, err := tracee.AuxValue(e.target, tracee.AuxEntry)
	if err != nil {
		return 0, err
	}
	if at == 0 {
		return 0, errors.New("the kernel does not tell the program's entry point, where called functions are to return to")
	}
	const near = 64
	entry := table.Addr(at)
	for at := entry; at < entry+near; {
		insn, err := e.sections.Decode(at)
		if err != nil {
			break
		}
		if string(insn.Bytes()) == e.target.Arch().Halt && e.sections.GuardOwn(at) == nil {
			return at, nil
		}
		at = insn.Next()
	}
	return entry, nil
}

// shadowStack reports whether a thread has a shadow stack (Linux 6.6,
// Documentation/arch/x86/shstk.rst).
func shadowStack(tid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", tid, tid))
	if err != nil {
		return false
	}
	_, features, ok := strings.Cut(string(b), "x86_Thread_features:")
	line, _, _ := strings.Cut(features, "\n")
	return ok && strings.Contains(line, "shstk")
}

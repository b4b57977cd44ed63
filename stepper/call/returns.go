package call

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// returnAddress is where called functions return to: the instruction behind the program's entry
// point that is reached only if the function that calls main returns, which it never does; the
// entry point itself if there is none. It ends a process that forks in a called function and has no trap there.
// The program executes neither place a second time. gdb makes functions return to the stack
// (i386_push_dummy_code, gdb/i386-tdep.c), where the fault on a page that is not executable serves
// as the trap. Refused: if the program blocks SIGSEGV, that fault would make it lose its handler.
func returnAddress(s tracee.State, code *rseq.Sections) (table.Addr, error) {
	at, err := tracee.AuxValue(s, tracee.AuxEntry)
	if err != nil {
		return 0, err
	}
	if at == 0 {
		return 0, errors.New("the kernel does not tell the program's entry point, where called functions are to return to")
	}
	return haltBehind(table.Addr(at), code), nil
}

// haltBehind finds the instruction that halts in the code at entry; entry itself if there is none,
// or if no breakpoint may be inserted there. On an architecture without machine.Arch.Halt it is a
// call right behind a call: glibc's start calls abort(3) there.
func haltBehind(entry table.Addr, code *rseq.Sections) table.Addr {
	const near = 64
	halt, called := code.Arch().Halt, false
	for at := entry; at < entry+near; {
		insn, err := code.Decode(at)
		if err != nil {
			break
		}
		halts := string(insn.Bytes()) == halt || halt == "" && called && insn.Kind == machine.Call
		if halts && code.GuardOwn(at) == nil {
			return at
		}
		called = insn.Kind == machine.Call || insn.Kind == machine.IndirectCall
		at = insn.Next()
	}
	return entry
}

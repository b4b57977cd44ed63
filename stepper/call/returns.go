package call

import (
	"errors"

	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// returnAddress is where called functions return to: the hlt behind the program's entry point,
// or the entry point itself if there is no hlt. The hlt ends a process that forks in a called
// function and has no trap there. The program executes neither place a second time. gdb makes
// functions return to the stack (i386_push_dummy_code, gdb/i386-tdep.c), where the fault on a
// page that is not executable serves as the trap. Refused: if the program blocks SIGSEGV, that
// fault would make it lose its handler.
func returnAddress(s tracee.State, code *rseq.Sections) (table.Addr, error) {
	at, err := tracee.AuxValue(s, tracee.AuxEntry)
	if err != nil {
		return 0, err
	}
	if at == 0 {
		return 0, errors.New("the kernel does not tell the program's entry point, where called functions are to return to")
	}
	return haltBehind(table.Addr(at), s.Arch().Halt, code), nil
}

// haltBehind finds the instruction halt in the code at entry; entry itself if there is none, or if
// no breakpoint may be inserted there.
func haltBehind(entry table.Addr, halt string, code *rseq.Sections) table.Addr {
	const near = 64
	for at := entry; at < entry+near; {
		insn, err := code.Decode(at)
		if err != nil {
			break
		}
		if string(insn.Bytes()) == halt && code.GuardOwn(at) == nil {
			return at
		}
		at = insn.Next()
	}
	return entry
}

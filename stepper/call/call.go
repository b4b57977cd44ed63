package call

import (
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Call is one call of a function of the program, with its arguments placed as the architecture's
// calling convention requires.
type Call struct {
	Function table.Addr // its first instruction
	// SP is the stack pointer at that instruction, a process address: a multiple of 16 less the
	// return address, which is written there if the architecture passes it on the stack
	// (machine.Arch.ReturnSlot); below Room by at least the size of all Memory.
	SP          table.Addr
	Memory      []Memory    // written first: arguments on the stack, what pointers refer to
	Integers    [8]uint64   // the integer arguments (machine.Arch.Arguments)
	ResultAt    table.Addr  // where the function is to put a result in memory (machine.Arch.ResultAddress)
	Vectors     [8][16]byte // the arguments in vector registers
	VectorsUsed int         // how many of Vectors hold arguments, which varargs need
}

// Memory is memory below the stack pointer that a call writes first.
type Memory struct {
	Addr table.Addr
	Data []byte
}

// Result is what a called function left in the registers.
type Result struct {
	Integers [2]uint64 // the integer registers for results (machine.Arch.Results)
	Vector   [16]byte  // the vector register for results
	XState   []byte    // the area of the other registers (tracee.State.XState)
}

// ResultOf reads the results of a function that has just returned from the thread's registers and
// its area, which is empty if it cannot be read.
func ResultOf(r *machine.Regs, area []byte) *Result {
	result := &Result{Integers: r.Results(), XState: area}
	if a := r.Arch(); a != nil {
		result.Vector, _ = a.VectorResult(area)
	}
	return result
}

// Error says why a function cannot be called now, and what the user can do about it.
type Error struct{ Why string }

func (e *Error) Error() string { return e.Why }

// Room is the address below which a thread's stack is free: a multiple of 16, below the red zone.
func Room(r *machine.Regs) table.Addr { return (r.SP() - r.Arch().RedZone) &^ 15 }

// Possible returns an *Error unless a thread can be moved away from its PC and restored later
// without loss. section names the critical section that the thread is inside of, live or in a
// quiet phase, "" for none; shadow: the thread has a shadow stack.
func Possible(th *drive.Thread, section string, shadow bool) error {
	switch {
	case section != "":
		return &Error{fmt.Sprintf("The thread stands inside the critical section %s: a function called from here would disarm it, and the rest of it would run unprotected. Leave it first (\"finish\", or \"stepi\" to its end).", section)}
	case th.InCall:
		return &Error{"The thread stands at the entry of a system call, which a function call would make it skip. Step over it first (\"stepi\")."}
	case shadow:
		return &Error{"The thread has a shadow stack: a function that it did not call itself cannot return."}
	}
	return nil
}

package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// Call is one call of a function of the program, with its arguments placed as the System V
// AMD64 psABI (3.2.3 "Parameter Passing") requires.
type Call struct {
	Function table.Addr // its first instruction
	// SP is where the return address is written, a process address: 8 less than a multiple of
	// 16, and below CallRoom by at least the size of all Memory.
	SP          table.Addr
	Memory      []CallMemory // written first: arguments on the stack, what pointers refer to
	Integers    [6]uint64    // RDI, RSI, RDX, RCX, R8, R9
	Vectors     [8][16]byte  // XMM0 to XMM7
	VectorsUsed int          // how many of Vectors hold arguments: AL, for varargs
}

// CallMemory is memory below the stack pointer that a call writes first.
type CallMemory struct {
	Addr table.Addr
	Data []byte
}

// CallResult is what a called function left in the registers.
type CallResult struct {
	Integers [2]uint64 // RAX, RDX
	XState   []byte    // the XSAVE area: XMM0, XMM1, ST0, ST1
}

// redZone is the size of the area below RSP in which a function keeps its own data, bytes
// (psABI 3.2.2 "The Stack Frame").
const redZone = 128

// CallRoom is the address below which the selected thread's stack is free: a multiple of 16,
// below the red zone. Errors: a *CallError if the thread cannot call functions now.
func (e *Engine) CallRoom() (table.Addr, error) {
	th, err := e.selected()
	if err != nil {
		return 0, err
	}
	if err := e.callable(th); err != nil {
		return 0, err
	}
	return (th.Regs.SP() - redZone) &^ 15, nil
}

// CallError says why a function cannot be called now, and what the user can do about it.
type CallError struct{ Why string }

func (e *CallError) Error() string { return e.Why }

// callable returns an error unless the Engine can move a thread away from its PC and restore it
// later without loss.
func (e *Engine) callable(th *thread) error {
	if err := e.load(th); err != nil {
		return err
	}
	if p := e.units.Quiet.Inside(th.Thread); p != nil {
		return insideError(e.sections.Name(p))
	}
	if now, _ := e.rseq.Read(th.Thread); now.Live {
		return insideError(e.sections.Name(now.Section))
	}
	if th.InCall {
		return &CallError{"The thread stands at the entry of a system call, which a function call would make it skip. Step over it first (\"stepi\")."}
	}
	if shadowStack(th.TID) {
		return &CallError{"The thread has a shadow stack: a function that it did not call itself cannot return."}
	}
	return nil
}

func insideError(section string) error {
	return &CallError{fmt.Sprintf("The thread stands inside the critical section %s: a function called from here would disarm it, and the rest of it would run unprotected. Leave it first (\"finish\", or \"stepi\" to its end).", section)}
}

// Call makes the selected thread call a function and runs the program, as Continue does, until
// the function returns. Then the Engine restores the thread's state, and the CallResult is not
// nil. A Stop for another reason abandons the call and leaves the thread in the function; when
// the function returns later, the program stops with StopCallReturned, and the Engine restores
// the thread's state then. Errors: *CallError; failed reads and writes.
//
// Precondition: the arguments lie below CallRoom.
func (e *Engine) Call(ctx context.Context, c Call) (Stop, *CallResult, error) {
	var d *called
	stop, err := e.command(ctx, func(th *thread) (*Stop, error) {
		if err := e.callable(th); err != nil {
			return nil, err
		}
		if p := e.sections.Image().At(c.Function); p != nil {
			return nil, &CallError{fmt.Sprintf("%v lies inside the critical section %s and is no function.", c.Function, e.sections.Name(p))}
		}
		if stop, err := e.endAllQuiet(nil); stop != nil || err != nil {
			return stop, err
		}
		var err error
		if d, err = e.enterCall(th, c); err != nil {
			return nil, err
		}
		tr, w := journey(th), waiting(d.sp)
		e.trapUnwinding(tr, w)
		terminated := e.trapTerminate(tr)
		arrived, stop, err := e.do(tr)
		switch {
		case err != nil:
			if e.drive.Knows(th.Thread) && th.holds(d) {
				err = errors.Join(err, e.restore(th, d, true))
			}
			return stop, err
		case arrived && *terminated:
			return &Stop{Reason: StopTerminate, TID: th.TID}, nil
		case arrived && w.Caught:
			e.dropCall(th, d)
			return &Stop{Reason: StopCallLeft, TID: th.TID}, nil
		}
		return stop, nil
	})
	if d == nil || stop.call != d {
		return stop, nil, err
	}
	stop.Reason = StopStep
	return stop, stop.Returned, err
}

// trapTerminate stops a call before std::terminate ends the program because nobody catches the
// call's exception: the unwinder cannot reach the frames of the callers, which alone would be
// the reason.
func (e *Engine) trapTerminate(tr *drive.Move) *bool {
	met := new(bool)
	if a, ok := e.symbols.Address("_ZSt9terminatev"); ok {
		e.trapAt(tr, a, func(*drive.Thread) drive.Answer {
			*met = true
			return drive.Arrive()
		})
	}
	return met
}

// UnwindCall restores the selected thread to its state before its innermost abandoned call
// (gdb's "set unwindonsignal on").
func (e *Engine) UnwindCall() error {
	th, err := e.selected()
	if err != nil {
		return err
	}
	if len(th.called) == 0 {
		return errors.New("no function is being called")
	}
	return e.restoreRestAfter(e.restore(th, th.called[len(th.called)-1], true))
}

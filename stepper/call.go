package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// Call is one call of a function of the program, its arguments already where
// the System V AMD64 psABI (3.2.3 "Parameter Passing") wants them.
type Call struct {
	Function table.Addr // its first instruction
	// SP is where the return address goes, process address: 8 less than a
	// multiple of 16, and lower than CallRoom by all that Memory holds.
	SP          table.Addr
	Memory      []CallMemory // to be written first: arguments on the stack, what pointers lead to
	Integers    [6]uint64    // RDI, RSI, RDX, RCX, R8, R9
	Vectors     [8][16]byte  // XMM0 to XMM7
	VectorsUsed int          // how many of them hold arguments: AL, for varargs
}

// CallMemory is memory that a call needs written below the stack.
type CallMemory struct {
	Addr table.Addr
	Data []byte
}

// CallResult is what a called function left in the registers.
type CallResult struct {
	Integers [2]uint64 // RAX, RDX
	XState   []byte    // the XSAVE area: XMM0, XMM1, ST0, ST1
}

// redZone is how far below RSP a function keeps data of its own, bytes (psABI
// 3.2.2 "The Stack Frame").
const redZone = 128

// CallRoom is the address below which the selected thread's stack is free: a
// multiple of 16, under the red zone. Errors: a *CallError for a thread that
// cannot be made to call functions now.
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

// CallError says why a function cannot be called now, and what to do about it.
type CallError struct{ Why string }

func (e *CallError) Error() string { return e.Why }

// callable makes sure that a thread can be taken away from where it stands and
// put back, with nothing lost.
func (e *Engine) callable(th *thread) error {
	if err := e.load(th); err != nil {
		return err
	}
	if q := th.quiet; q != nil && q.Inside(th.Regs.PC()) {
		return insideError(e.sections.Name(q.Placed))
	}
	if now := e.threadRseq(th); now.Live {
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

// Call makes the selected thread call a function and runs the program, as
// Continue does, until it returns. Then everything is as it was before and
// the CallResult is not nil. A Stop for another reason leaves the thread where it is,
// in the function: the call is abandoned, and when the function returns later
// the program stops with StopCallReturned, everything as it was before.
// Errors: *CallError; what failed to be read or written.
//
// Precondition: the arguments were laid out below CallRoom.
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

// trapTerminate stops a call that is about to end the program because nobody
// catches its exception: the frames of its callers cannot be unwound to, and
// std::terminate would be called for that alone.
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

// UnwindCall puts the selected thread back to where it stood before its
// innermost abandoned call (gdb's "set unwindonsignal on").
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

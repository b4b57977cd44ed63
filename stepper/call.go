package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/status"
	"rseqstep/table"
)

// What a call is and what it returns, for clients of the Engine.
type (
	Call       = call.Call
	CallMemory = call.Memory
	CallResult = call.Result
	CallError  = call.Error
)

// CalledFrame is the Function of a frame that represents a call made by the user.
const CalledFrame = call.Function

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
	return call.Room(&th.Regs), nil
}

// callable returns an error unless the Engine can move a thread away from its PC and restore it
// later without loss.
func (e *Engine) callable(th *drive.Thread) error {
	if err := e.drive.Load(th); err != nil {
		return err
	}
	section := ""
	if p := e.units.Quiet.Inside(th); p != nil {
		section = e.sections.Name(p)
	} else if now, _ := e.rseq.Read(th); now.Live {
		section = e.sections.Name(now.Section)
	}
	return call.Possible(th, section, status.Of(th.TID).ShadowStack)
}

// Call makes the selected thread call a function and runs the program, as Continue does, until
// the function returns. Then the Engine restores the thread's state, and the CallResult is not
// nil. A Stop for another reason abandons the call and leaves the thread in the function; when
// the function returns later, the program stops with StopCallReturned, and the Engine restores
// the thread's state then. Errors: *CallError; failed reads and writes.
//
// Precondition: the arguments lie below CallRoom.
func (e *Engine) Call(ctx context.Context, c Call) (Stop, *CallResult, error) {
	var f *call.Frame
	stop, err := e.command(ctx, func(th *drive.Thread) (drive.Stop, error) {
		if err := e.callable(th); err != nil {
			return nil, err
		}
		if p := e.sections.Image().At(c.Function); p != nil {
			return nil, &CallError{Why: fmt.Sprintf("%v lies inside the critical section %s and is no function.", c.Function, e.sections.Name(p))}
		}
		if stop, err := e.steps.EndQuiet(nil); stop != nil || err != nil {
			return stop, err
		}
		var err error
		if f, err = e.called.Enter(th, c); err != nil {
			return nil, err
		}
		thrown, terminates, stop, err := e.steps.Called(th, f.CFA())
		switch {
		case err != nil:
			if e.drive.Knows(th) && e.called.Holds(th, f) {
				err = errors.Join(err, e.called.Undo(th, f))
			}
			return stop, err
		case terminates:
			return &Stop{Reason: StopTerminate, TID: th.TID}, nil
		case thrown:
			e.called.Drop(th, f)
			return &Stop{Reason: StopCallLeft, TID: th.TID}, nil
		}
		return stop, nil
	})
	if f == nil || stop.call != f {
		return stop, nil, err
	}
	stop.Reason = StopStep
	return stop, stop.Returned, err
}

// callReturned is the Stop of a called function that has just returned, nil for none. The thread
// then has its state from before the call.
func (e *Engine) callReturned(th *drive.Thread) (*Stop, error) {
	f, result, err := e.called.Returned(th)
	if f == nil || err != nil {
		return nil, err
	}
	return &Stop{Reason: StopCallReturned, TID: th.TID, Returned: result, call: f}, nil
}

// UnwindCall restores the selected thread to its state before its innermost abandoned call
// (gdb's "set unwindonsignal on").
func (e *Engine) UnwindCall() error {
	th, err := e.selected()
	if err != nil {
		return err
	}
	f := e.called.Innermost(th)
	if f == nil {
		return errors.New("no function is being called")
	}
	return e.restoreRestAfter(e.called.Undo(th, f))
}

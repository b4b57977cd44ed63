package drive

// Decision decides what happens when a thread of a move has reached a trap. The loop calls it
// with every thread held and with the thread's registers loaded. It must not resume a thread.
type Decision func(th *Thread) Answer

// Stop is the reason why a command ends. Only the Mind knows its type; the loop passes it to the
// caller. nil means no reason.
type Stop any

// Answer is the result of a decision. The zero Answer means: continue the move.
type Answer struct {
	arrived bool          // the move that gave the answer is finished
	then    *Move         // run this move first,
	next    func() Answer // and call this afterwards; nil: continue, or call the plan again
	stop    Stop          // the command ends with this Stop
	err     error         // the command ends with this error
	of      *Move         // the move that gave the answer; nil: the innermost move
}

// GoesOn reports whether a is the zero Answer.
func (a *Answer) GoesOn() bool {
	return !a.arrived && a.then == nil && a.stop == nil && a.err == nil
}

// Arrives reports whether the answer finishes the move that gave it.
func (a *Answer) Arrives() bool { return a.arrived }

// Arrive finishes the move that gives the answer.
func Arrive() Answer { return Answer{arrived: true} }

// ArriveIf returns Arrive() if holds is true, otherwise the zero Answer.
func ArriveIf(holds bool) Answer { return Answer{arrived: holds} }

// ArriveOr returns Arrive() if err is nil, otherwise Fails(err).
func ArriveOr(err error) Answer { return Answer{arrived: err == nil, err: err} }

// Fails ends the command with err. If err is nil, it returns the zero Answer.
func Fails(err error) Answer { return Answer{err: err} }

// Halt ends the command with stop.
func Halt(stop Stop) Answer { return Answer{stop: stop} }

// Then runs m first and calls next when m has arrived. If next is nil, the loop continues the
// current move or, for a plan, calls the plan again.
func Then(m *Move, next func() Answer) Answer { return Answer{then: m, next: next} }

// Always is the Decision that always arrives.
func Always(*Thread) Answer { return Arrive() }

// When returns the Decision that arrives if holds returns true.
func When(holds func(*Thread) bool) Decision {
	return func(th *Thread) Answer { return ArriveIf(holds(th)) }
}

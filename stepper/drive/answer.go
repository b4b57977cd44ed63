package drive

// Decision decides what happens when a thread of a move has reached a trap. The loop calls it
// with every thread held and with the thread's registers loaded. It must not resume a thread.
type Decision func(th *Thread) Answer

// Stop is the reason why a command ends. Only the Mind knows its type; the loop passes it to the
// caller. nil means no reason.
type Stop any

// Answer is the result of a decision. The zero Answer means: continue the move. A step makes many
// of them: with four words, the compiler keeps one in registers.
type Answer struct {
	arrived bool  // the move that gave the answer is finished
	then    *Move // run this move first
	end     *end  // the command ends so
	of      *Move // the move that gave the answer; nil: the innermost move
}

// end is how a command ends: with a Stop or with an error.
type end struct {
	stop Stop
	err  error
}

// GoesOn reports whether a is the zero Answer.
func (a Answer) GoesOn() bool {
	return !a.arrived && a.then == nil && a.end == nil
}

// Arrives reports whether the answer finishes the move that gave it.
func (a Answer) Arrives() bool { return a.arrived }

// End returns the Stop or the error with which the answer ends the command, nil for both if it does
// not.
func (a Answer) End() (Stop, error) {
	if a.end == nil {
		return nil, nil
	}
	return a.end.stop, a.end.err
}

// Arrive finishes the move that gives the answer.
func Arrive() Answer { return Answer{arrived: true} }

// ArriveIf returns Arrive() if holds is true, otherwise the zero Answer.
func ArriveIf(holds bool) Answer { return Answer{arrived: holds} }

// ArriveOr returns Arrive() if err is nil, otherwise Fails(err).
func ArriveOr(err error) Answer {
	if err != nil {
		return Fails(err)
	}
	return Arrive()
}

// Fails ends the command with err. If err is nil, it returns the zero Answer.
func Fails(err error) Answer {
	if err == nil {
		return Answer{}
	}
	return Answer{end: &end{err: err}}
}

// Halt ends the command with stop. If stop is nil, it returns the zero Answer.
func Halt(stop Stop) Answer {
	if stop == nil {
		return Answer{}
	}
	return Answer{end: &end{stop: stop}}
}

// Then runs m first and calls next when m has arrived. If next is nil, the loop continues the
// current move or, for a plan, calls the plan again.
func Then(m *Move, next func() Answer) Answer {
	m.after = next
	return Answer{then: m}
}

// Always is the Decision that always arrives.
func Always(*Thread) Answer { return Arrive() }

// When returns the Decision that arrives if holds returns true.
func When(holds func(*Thread) bool) Decision {
	return func(th *Thread) Answer { return ArriveIf(holds(th)) }
}

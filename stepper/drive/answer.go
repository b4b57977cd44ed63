package drive

// Decision looks at a thread that has come to a trap of a move. It is asked with
// every thread held and the thread's registers read, and moves nothing.
type Decision func(th *Thread) Answer

// Stop is why a command ends. It is the Mind's: the loop hands it on, and nil is none.
type Stop any

// Answer is what a decision says. The zero Answer is to go on.
type Answer struct {
	arrived bool          // the move of whoever was asked is over
	then    *Move         // make this move first,
	next    func() Answer // and ask this afterwards; nil: go on, or ask the plan again
	stop    Stop          // the command ends
	err     error         // and so
	of      *Move         // whose answer it is; nil: the innermost move's
}

// GoesOn reports whether it is the zero Answer.
func (a *Answer) GoesOn() bool {
	return !a.arrived && a.then == nil && a.stop == nil && a.err == nil
}

// Arrives reports whether the move of whoever was asked is over.
func (a *Answer) Arrives() bool { return a.arrived }

// Arrive ends the move of whoever was asked.
func Arrive() Answer { return Answer{arrived: true} }

// ArriveIf is Arrive where it holds, and to go on elsewhere.
func ArriveIf(holds bool) Answer { return Answer{arrived: holds} }

// ArriveOr is Arrive, or Fails where there is an error.
func ArriveOr(err error) Answer { return Answer{arrived: err == nil, err: err} }

// Fails ends the command by an error; nil: to go on.
func Fails(err error) Answer { return Answer{err: err} }

// Halt ends the command by a Stop.
func Halt(stop Stop) Answer { return Answer{stop: stop} }

// Then has a move made first, and asks next when that has arrived. next nil: to go on
// from there, or, of a plan, to ask it again.
func Then(m *Move, next func() Answer) Answer { return Answer{then: m, next: next} }

// Always arrives.
func Always(*Thread) Answer { return Arrive() }

// When arrives where it holds.
func When(holds func(*Thread) bool) Decision {
	return func(th *Thread) Answer { return ArriveIf(holds(th)) }
}

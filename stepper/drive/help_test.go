package drive_test

import (
	"testing"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// simple is a Mind without a user: no event concerns it and no signal is special.
type simple struct {
	t      *testing.T
	target *steptest.Target
	d      *drive.Driver
	asked  []string
}

func (s *simple) note(what string, held bool) {
	s.asked = append(s.asked, what)
	for _, tid := range s.target.Threads() {
		if held && !s.target.Held(tid) {
			s.t.Errorf("%s is asked while thread %d runs", what, tid)
		}
	}
}

func (s *simple) Met(th *drive.Thread, _ table.Addr) drive.Answer {
	if s.note("met", true); !th.Fresh {
		s.t.Error("met is asked before the registers are read")
	}
	return drive.Answer{}
}
func (s *simple) Through(*drive.Thread, bool) drive.Answer {
	s.note("through", true)
	return drive.Answer{}
}
func (s *simple) Passed(*tracee.Event) (drive.Answer, bool)  { return drive.Answer{}, false }
func (s *simple) Concern(*tracee.Event) (none drive.Concern) { return none }
func (s *simple) Caught(tracee.Event) drive.Answer {
	s.note("caught", true)
	return drive.Answer{}
}
func (s *simple) Signal(*drive.Thread, tracee.Event) (drive.Answer, bool) {
	s.note("signal", false)
	return drive.Answer{}, true
}
func (s *simple) Triggered(*drive.Thread, tracee.Event) drive.Answer {
	s.note("triggered", true)
	return drive.Answer{}
}
func (s *simple) Forked(ev tracee.Event) (int, error) {
	s.note("forked", false)
	return ev.TID, nil
}
func (s *simple) Executed(ev tracee.Event) error {
	s.note("executed", false)
	s.d.Executed(ev.Former, ev.TID)
	return nil
}
func (s *simple) Called(int) error                  { s.note("called", false); return nil }
func (s *simple) Ends(ev tracee.Event) drive.Stop   { return ev }
func (s *simple) Begins(*drive.Move) error          { s.note("begins", true); return nil }
func (s *simple) Runs(*drive.Thread) error          { return nil }
func (s *simple) First() drive.Answer               { s.note("first", false); return drive.Answer{} }
func (s *simple) Unit(th *drive.Thread) *drive.Move { return step(th) }
func (s *simple) Handler(*drive.Thread) *drive.Move { panic("no signal is expected") }
func (s *simple) EndQuiet(*drive.Thread) error      { return nil }

var _ drive.Mind = (*simple)(nil)

// step single-steps one instruction.
func step(th *drive.Thread) *drive.Move {
	return &drive.Move{Thread: th, Gait: drive.Single, Lone: true}
}

// begin returns a Driver with the threads 1 to n, all at start.
func begin(t *testing.T, n int) (*simple, *drive.Thread) {
	t.Helper()
	var threads []*steptest.Thread
	for tid := 1; tid <= n; tid++ {
		th := &steptest.Thread{TID: tid}
		th.Regs.Filled(amd64.Arch())
		th.Regs.SetPC(start)
		threads = append(threads, th)
	}
	target := steptest.New(t, threads...)
	s := &simple{t: t, target: target}
	s.d = drive.New(target, ledger.New(target), s)
	for _, tid := range target.Threads() {
		s.d.Adopt(tid)
	}
	s.d.Select(1)
	return s, s.d.Thread(1)
}

const start, placeA, placeB, placeC = 0x1000, 0x1010, 0x1020, 0x1030

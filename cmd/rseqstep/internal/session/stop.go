package session

import (
	"context"
	"fmt"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// Motion is one of the Engine's commands.
type Motion = func(*stepper.Engine, context.Context) (stepper.Stop, error)

// Move runs a command that moves the program, and shows the stop to the user.
func (s *Session) Move(motion Motion) error {
	if !s.Live() {
		return s.NotRun()
	}
	p := s.process
	s.remember()
	p.values.Forget()
	if s.Settings.SchedulerLocking == "on" {
		p.engine.Only(p.engine.Thread())
	}
	before := p.engine.Thread()
	if s.Resuming != nil {
		s.Resuming()
	}
	s.giveTerminal(p)
	stop, err := motion(p.engine, s.watcher.begin(s.meanwhile, s.Batch))
	s.watcher.end()
	s.takeTerminal(p)
	p.values.Forget()
	if err != nil {
		if !p.target.Alive() {
			s.gone()
		}
		return err
	}
	s.Present(stop, before)
	select {
	case <-s.watcher.terminated:
		return &prompt.Quit{Status: 128 + 15}
	default:
	}
	if s.Batch && (stop.Reason == stepper.StopInterrupt || stop.Reason == stepper.StopSignal && stop.Signal == 2) {
		return &prompt.Quit{Status: 128 + 2}
	}
	return nil
}

// Step is Move for a command that steps.
func (s *Session) Step(motion Motion) error {
	if s.Live() && s.Settings.SchedulerLocking == "step" {
		s.process.engine.Only(s.process.engine.Thread())
	}
	return s.Move(motion)
}

// remember stores which frame the user was shown, so that the next stop can be compared
// with it.
func (s *Session) remember() {
	s.last = frameID{}
	if frames, err := s.Frames(1); err == nil {
		s.last = idOf(s.process.engine.Thread(), &frames[0])
	}
}

// Present shows a stop and performs its consequences.
func (s *Session) Present(stop stepper.Stop, before int) {
	s.level = 0
	s.list.reset()
	v := s.view(stop, before)
	s.log(v)
	switch {
	case s.Stopped != nil:
		s.Stopped(v)
	case s.JSON != nil:
		v.WriteJSON(s.JSON)
	default:
		v.Write(s.Out, s.Style)
		s.explain(v)
		if s.Shown != nil && v.Frame != nil && !v.Silent {
			s.Shown(v)
		}
	}
	if v.Frame != nil && v.Frame.Line.Line != 0 {
		s.list.at(v.Frame.Line)
	}
	s.met(stop)
	s.Dying = s.fatal(&stop)
	switch stop.Reason {
	case stepper.StopExited:
		s.Exited, s.ExitCode = true, stop.Status.Code
		s.history.SetInteger("_exitcode", int64(stop.Status.Code))
		s.gone()
	case stepper.StopKilled:
		s.Exited, s.ExitCode = true, 128+stop.Status.Signal
		s.gone()
	case stepper.StopCallReturned: // show as little as for the stop
	default:
		s.ShowDisplays()
	}
}

// explain tells a user where the words of the first report of a section are explained.
func (s *Session) explain(v *show.Stop) {
	if !s.TTY || s.explained || v.Silent {
		return
	}
	for _, u := range v.Units {
		if u.End != 0 {
			s.explained = true
			s.printf("%s\n", s.Style.Note("(\"help rseq\" explains the words of such a report.)"))
			return
		}
	}
}

// log writes a stop to the logs.
func (s *Session) log(v *show.Stop) {
	if s.Logs.Stops != nil {
		v.WriteJSON(s.Logs.Stops)
	}
	if s.Logs.Opv == nil {
		return
	}
	for _, r := range v.Units {
		if r.Rung == stepper.RungOpv {
			fmt.Fprintf(s.Logs.Opv, "thread %d: %s\n", r.TID, show.Unit(r, s.Name))
			for _, op := range show.Vector(r) {
				fmt.Fprintln(s.Logs.Opv, op)
			}
		}
	}
}

// view collects what is needed to show a stop.
func (s *Session) view(stop stepper.Stop, before int) *show.Stop {
	p := s.process
	v := &show.Stop{Stop: stop, PID: p.target.PID(), Naming: s.Name, Core: s.coreHead()}
	for _, n := range stop.Breakpoints {
		if b := s.user(n); b != nil {
			v.Hits = append(v.Hits, b.hit(stop.PC))
			b.remembers(&stop, p.target.Executable())
			v.Program = p.target.Executable()
			if len(b.Commands) > 0 && b.Commands[0] == "silent" {
				v.Silent = true
			}
		}
	}
	for _, c := range stop.Watch {
		if b := s.user(c.Number); b != nil {
			v.Watched = append(v.Watched, show.Watched{Number: b.Number, Kind: b.Kind, Expr: b.Location,
				Old: p.values.Content(b.Location, c.Old), New: p.values.Content(b.Location, c.New)})
		}
	}
	if !p.target.Alive() {
		return v
	}
	if stop.Reason == stepper.StopThreadExited {
		v.GoneNumber = p.numbers[stop.Gone]
		stop.TID = p.engine.Thread() // the thread selected instead
		v.TID, v.PC = stop.TID, s.pc()
	}
	p.numbers = p.engine.Numbers()
	v.Threads = len(p.numbers)
	if number, known := p.numbers[stop.TID]; known {
		v.Number, v.Name = number, s.ThreadName(stepper.ThreadInfo{TID: stop.TID, Name: p.target.ThreadName(stop.TID)})
	}
	v.Changed = before != 0 && before != stop.TID
	frames, err := s.Frames(1)
	if err != nil {
		v.Notes = append(v.Notes, "the stack cannot be read: "+err.Error())
		return v
	}
	v.Frame = s.shown(frames, 0)
	v.Source, _ = s.SourceText(v.Frame.Line.File, v.Frame.Line.Line)
	v.Whole = stop.Reason != stepper.StopStep || idOf(stop.TID, &frames[0]) != s.last
	if stop.Finished != nil {
		v.Value = p.values.Returned(stop.Finished)
	}
	return v
}

// met performs what the breakpoints that were hit ask for.
func (s *Session) met(stop stepper.Stop) {
	for _, n := range stop.Breakpoints { // watchpoints among them
		b := s.user(n)
		if b == nil {
			continue
		}
		s.refresh(b)
		if len(b.Commands) > 0 && s.after == nil {
			s.after = append([]string{}, b.Commands...)
			if strings.TrimSpace(b.Commands[0]) == "silent" {
				s.after = s.after[1:]
			}
		}
		if b.Count = max(b.Count-1, 0); b.Once && b.Count == 0 {
			if err := s.Enable(b, false); err != nil {
				s.printf("%v\n", err)
			}
		}
		if b.Temporary {
			b.live = nil // the engine has removed it
			s.forget(b)
		}
	}
}

func (s *Session) forget(b *Breakpoint) {
	for i, have := range s.breakpoints {
		if have == b {
			s.breakpoints = append(s.breakpoints[:i:i], s.breakpoints[i+1:]...)
			return
		}
	}
}

// gone records that there is no process any more.
func (s *Session) gone() {
	s.dropGone()
	for _, b := range s.breakpoints {
		s.refresh(b)
		b.live = nil
	}
	if s.process != nil {
		s.process.symbols.Close()
	}
	s.process = nil
	s.level, s.Dying = 0, 0
}

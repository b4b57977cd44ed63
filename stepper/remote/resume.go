package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rseqstep/stepper"
	"rseqstep/table"
)

// action is one action of a vCont packet.
type action struct {
	kind      byte // c, s, r or t; C and S are c and s with a signal
	signal    int  // as the client numbers it
	low, high table.Addr
	thread    threadID // TID allThreads if it names no thread
}

// parseActions reads what follows "vCont;".
func parseActions(s string) ([]action, bool) {
	var out []action
	for _, word := range strings.Split(s, ";") {
		if word == "" {
			return nil, false
		}
		a := action{kind: word[0], thread: threadID{TID: allThreads}}
		rest := word[1:]
		if i := strings.LastIndexByte(rest, ':'); i >= 0 {
			id, ok := parseThread(rest[i+1:])
			if !ok {
				return nil, false
			}
			a.thread, rest = id, rest[:i]
		}
		switch a.kind {
		case 'C', 'S':
			n, ok := number(rest)
			if !ok || n > 255 {
				return nil, false
			}
			a.kind, a.signal = a.kind|0x20, int(n)
		case 'r':
			low, high, ok := two(rest, ",")
			if !ok {
				return nil, false
			}
			a.low, a.high = table.Addr(low), table.Addr(high)
		case 'c', 's', 't':
			if rest != "" {
				return nil, false
			}
		default:
			return nil, false
		}
		out = append(out, a)
	}
	return out, true
}

// oldResume answers c, C, s and S of clients without vCont.
func (c *client) oldResume(p string) (string, error) {
	a := action{kind: p[0] | 0x20, thread: threadID{TID: allThreads}}
	rest := p[1:]
	if p[0] == 'C' || p[0] == 'S' {
		sig, to, _ := strings.Cut(rest, ";")
		n, ok := number(sig)
		if !ok {
			return "", errSyntax
		}
		a.signal, rest = int(n), to
	}
	if rest != "" {
		to, ok := number(rest)
		if !ok {
			return "", errSyntax
		}
		if err := c.jump(c.p.engine.Thread(), table.Addr(to)); err != nil {
			return "", err
		}
	}
	if c.resuming > 0 {
		a.thread.TID = c.resuming
	}
	if a.kind == 's' && a.thread.TID <= 0 {
		a.thread.TID = c.p.engine.Thread()
	}
	return c.resume([]action{a, {kind: 'c', thread: threadID{TID: allThreads}}})
}

// resume carries out the actions of a vCont packet. The Engine controls one thread while
// the others that the packet names run: the one that steps, or else any.
func (c *client) resume(actions []action) (string, error) {
	if err := c.chooseProcess(actions); err != nil {
		return "", err
	}
	e := c.p.engine
	lead := action{kind: 't'}
	tid := 0
	var goes []int
	for _, t := range c.p.target.Threads() {
		a, ok := actionFor(actions, c.p.target.PID(), t)
		if !ok || a.kind == 't' {
			continue
		}
		goes = append(goes, t)
		delete(c.why, t)
		stepsMore := a.kind != 'c' && (lead.kind == 'c' || lead.kind == 't')
		preferred := a.kind == lead.kind && t == e.Thread() || a.kind == lead.kind && t == c.general && tid != e.Thread()
		if tid == 0 || stepsMore || preferred {
			lead, tid = a, t
		}
		sig := 0
		if a.signal > 0 {
			sig = c.signalIn(a.signal)
		}
		if err := c.handOver(t, sig); err != nil {
			c.logf("thread %d: %v", t, err) // it is ending; its end is the next stop
		}
	}
	if tid == 0 {
		if stopsOnly(actions) {
			return "OK", nil // everything is stopped already
		}
		return "", errors.New("the packet resumes nothing")
	}
	if err := c.dropUnwanted(); err != nil {
		return "", err
	}
	if err := e.SelectThread(tid); err != nil {
		return "", err
	}
	c.stepping = lead.kind == 's'
	c.resumesBeside(c.stepping, time.Now())
	if len(goes) < len(c.p.target.Threads()) && !(c.delve() && lead.kind == 's') {
		e.Only(goes...) // Delve's steps may need the other threads
	}
	do := c.motion(lead)
	from, over := c.ranged.from, lead.kind == 'r' || lead.kind == 's' && c.inlined(lead)
	if lead.kind == 'r' {
		from = lead.low
	}
	c.ranged = ranged{}
	c.markUsed()
	reply, err := c.move(do)
	if err == nil && over && c.process != nil {
		c.ranged = ranged{valid: true, tid: tid, from: from}
	}
	return reply, err
}

// ranged is a finished range step that the client has not shown to its user: it
// has neither asked for the threads nor removed its breakpoints, as it does at
// each stop that its user sees.
type ranged struct {
	valid bool
	tid   int
	from  table.Addr // start of the range
}

// inlined reports whether a step continues a range step. gdb's next steps by
// instructions through calls inlined on the line, where its step would have
// stopped.
func (c *client) inlined(a action) bool { return c.ranged.valid && a.thread.TID == c.ranged.tid }

// shown handles a packet that a client sends when it shows its user a stop.
func (c *client) shown(p string) {
	if p[0] == 'z' || p[0] == 'Z' || strings.HasPrefix(p, "qXfer:threads") || strings.HasPrefix(p, "qfThreadInfo") {
		c.ranged = ranged{}
	}
}

// stopsOnly reports whether actions only stop threads. Between packets every
// thread is stopped.
func stopsOnly(actions []action) bool {
	for _, a := range actions {
		if a.kind != 't' {
			return false
		}
	}
	return true
}

// actionFor is the first action that applies to a thread.
func actionFor(actions []action, pid, tid int) (action, bool) {
	for _, a := range actions {
		if a.thread.PID > 0 && a.thread.PID != pid {
			continue
		}
		if a.thread.TID == allThreads || a.thread.TID == anyThread || a.thread.TID == tid {
			return a, true
		}
	}
	return action{}, false
}

// motion is one of the Engine's commands.
type motion = func(*stepper.Engine, context.Context) (stepper.Stop, error)

// motion is the Engine's command for an action.
func (c *client) motion(a action) motion {
	switch {
	case c.next != nil && a.kind != 'c':
		do := c.next
		c.next = nil
		return do
	case a.kind == 's' && c.inlined(a):
		from := c.ranged.from
		return func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return e.StepInlined(ctx, from) }
	case a.kind == 's':
		if c.delve() {
			return patiently((*stepper.Engine).StepAlone)
		}
		return (*stepper.Engine).StepForClient
	case a.kind == 'r':
		return func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) {
			return e.StepRange(ctx, a.low, a.high)
		}
	case c.stepsOver(c.p.engine):
		return (*stepper.Engine).ContinueOver
	}
	return (*stepper.Engine).Continue
}

// move runs the program and answers with its stop.
func (c *client) move(do motion) (string, error) {
	c.printNotes()
	clear(c.files)
	if c.Terminal != nil {
		if err := c.p.target.GiveTerminal(c.Terminal); err != nil {
			c.logf("the program does not get the terminal: %v", err)
		}
	}
	c.p.forward.starts(c.conn.send)
	ctx := c.conn.starts()
	e := c.p.engine
	e.OnStuck(c.stuck)
	if c.Debug.General.Load() {
		c.debugf("resume: process %d", c.p.target.PID())
	}
	stop, err := do(e, ctx)
	for err == nil && stop.Reason == stepper.StopExec {
		c.afterExec()
		if c.seesExec() {
			break
		}
		stop, err = e.Continue(ctx) // a client that does not understand exec
	}
	c.beside.stopped()
	if c.Terminal != nil {
		if err := c.p.target.TakeTerminal(c.Terminal); err != nil {
			c.logf("the terminal stays with the program: %v", err)
		}
	}
	c.p.forward.stops(c.p.target.Alive())
	c.general, c.resuming, c.elsewhere = 0, 0, false
	if c.Report != nil {
		for _, line := range c.Report(e, stop) {
			c.print(line)
		}
	}
	for _, n := range stop.Notes {
		c.print(n)
	}
	if err != nil {
		if !c.p.target.Alive() {
			c.forget()
			return "", err
		}
		// The program has not moved, or not far: report a stop, and print the reason.
		c.print("error: " + err.Error())
		stop = stepper.Stop{Reason: stepper.StopStep, TID: e.Thread()}
	}
	c.p.stop = stop
	if stop.Reason == stepper.StopSignal {
		c.stoppedFor[stop.TID] = stop.Signal
	}
	if stop.Reason == stepper.StopInterrupt || !c.p.target.Alive() || c.threadSuffix {
		c.conn.answered()
	}
	c.last = c.stopReply(stop)
	if c.Debug.General.Load() {
		c.debugf("wait: thread %d, reason %d, reply %s", stop.TID, stop.Reason, c.last)
	}
	c.keepReason(stop.TID)
	c.announceEnd(stop)
	if !c.p.target.Alive() {
		c.forget()
	}
	return c.last, nil
}

// printNotes prints the sentences collected since the last stop.
func (c *client) printNotes() {
	for _, n := range c.notes {
		c.print(n)
	}
	c.notes = nil
}

// print prints a line at the client's console. Precondition: a packet that
// resumes the program is being answered.
func (c *client) print(line string) {
	if c.Console != nil {
		fmt.Fprintln(c.Console, line)
		return
	}
	c.conn.send([]byte("O" + toHex(line+"\n")))
}

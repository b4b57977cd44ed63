//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// child is a process that the program made and that we hold until the engine
// decides on it.
type child struct {
	*thread // its registers can be read; no event of it is reported
	pid     int
	dead    bool    // killed while we held it
	maker   int     // the thread that made it
	vfork   bool    // the parent sleeps until the child execs or ends, and they share memory
	shares  bool    // they share memory, and the parent runs on (CLONE_VM)
	copied  []point // the breakpoints that its copy of the memory may have
}

// takeChild works in PTRACE_EVENT_CLONE, FORK and VFORK. The new thread's own
// first stop may have come before, or is about to. That the breakpoints are
// lifted now does not mean that they were when the memory was copied: the event
// may have waited while another thread's vfork was dealt with.
func (p *Process) takeChild(t *thread, event uint32) error {
	w, e := ptraceWord(reqGetEventMsg, t.tid, 0)
	if e != 0 {
		return p.fail(t, "read event message", e)
	}
	id := int(w)
	status, err := p.firstStop(id)
	if err != nil {
		return err
	}
	ws := unix.WaitStatus(status)
	dead := ws.Exited() || ws.Signaled()
	var n *thread
	if event == eventClone {
		if n, err = p.newThread(t, id); err != nil {
			return err
		}
	}
	if n != nil {
		p.push(tracee.Event{Kind: tracee.EventClone, TID: t.tid, Child: id})
		if dead {
			return p.ended(id, ws)
		}
		n.debug = t.debug.copied()
		p.inherit(n)
		return nil
	}
	kind := tracee.EventFork
	if event == eventVfork {
		kind = tracee.EventVfork
	}
	ch := &child{thread: &thread{tid: id, group: id, held: true, stop: stopEvent, midcall: true, debug: t.debug.copied()}, pid: id, maker: t.tid, dead: dead, vfork: event == eventVfork}
	if !ch.vfork {
		if ch.shares, err = p.sharesMemory(t); err != nil {
			return err
		}
	}
	ch.copied = append(ch.copied, p.points.list...)
	p.children[id] = ch
	p.push(tracee.Event{Kind: kind, TID: t.tid, Child: id, Shared: ch.shares})
	return nil
}

// firstStop returns the first status of a new thread, waiting for it if need
// be. A new thread cannot run a single instruction before it stops, so the
// wait is short; if it has been killed instead the status is its end.
func (p *Process) firstStop(id int) (uint32, error) {
	for _, q := range p.others.all {
		if st, ok := q.early[id]; ok {
			delete(q.early, id)
			return st, nil
		}
	}
	for {
		got, err := p.collect(id, 0)
		if errors.Is(err, unix.ECHILD) {
			// It was killed together with its process and reaped by that.
			return uint32(unix.SIGKILL), nil
		}
		if err != nil {
			return 0, err
		}
		if got == id {
			return p.status, nil
		}
	}
}

// takeExec works in PTRACE_EVENT_EXEC. Whichever thread called exec, the
// kernel has given it the leader's id; the other threads are gone, and with
// the memory went the breakpoints and the debug registers.
func (p *Process) takeExec(t *thread) error {
	former, e := ptraceWord(reqGetEventMsg, t.tid, 0)
	if e != 0 {
		return p.fail(t, "read event message", e)
	}
	if p.pinned.tid == int(former) {
		p.pinned.tid = t.tid
	}
	if t.group != p.pid {
		return p.leaveByExec(t)
	}
	forks := p.leaveMemory()
	for _, o := range slices.Clone(p.order) {
		if o.group == p.pid && o != t {
			p.drop(o.tid)
		}
	}
	left := p.partGroups()
	p.queue = append(p.queue[:0], forks...)
	if t.tid != p.pid {
		return &Error{Op: "exec", TID: t.tid, Err: fmt.Errorf("%w: reported by another thread than the leader", ErrState)}
	}
	t.zombie = false
	t.debug = debugState{}
	p.all = [debugSlots]slot{}
	left = errors.Join(left, p.leaveFormer(true))
	p.points.forget()
	p.lifted, p.lent = false, 0
	p.gate, p.nop = 0, 0
	p.exe = exePath(p.pid)
	p.maps.forget()
	p.push(tracee.Event{Kind: tracee.EventExec, TID: t.tid, Former: int(former)})
	return errors.Join(left, p.atFirst(t), p.openMemory())
}

// leaveMemory is done with the memory that the process has left by an exec. Who
// shared it has it to himself: nobody waits for them any more, and the breakpoints
// of the new program concern none of them. It returns the events of the processes
// that were made and not yet reported: they are still held. One whose maker was
// killed before it could say so is let go.
func (p *Process) leaveMemory() (forks []tracee.Event) {
	for _, ch := range p.children {
		ch.vfork, ch.shares = false, false
	}
	for _, s := range p.served {
		s.borrows = false
	}
	for _, ev := range p.queue {
		if ev.Kind == tracee.EventFork || ev.Kind == tracee.EventVfork {
			ev.Kind, ev.Shared = tracee.EventFork, false
			forks = append(forks, ev)
		}
	}
	for id, st := range p.early {
		if unix.WaitStatus(st).Stopped() && statusField(id, "PPid") == strconv.Itoa(p.pid) && statusField(id, "Tgid") == strconv.Itoa(id) {
			ch := child{pid: id, copied: p.points.list}
			_ = ch.clean() // it may have been killed meanwhile
			ptraceCall(reqDetach, id, 0, 0)
			delete(p.early, id)
		}
	}
	return forks
}

// Children are the processes the program has made that wait for DetachChild
// or Follow.
func (p *Process) Children() []int {
	var ids []int
	for id := range p.children {
		ids = append(ids, id)
	}
	return ids
}

// DetachChild lets a process go that EventFork or EventVfork announced. Its
// copies of breakpoints are taken out first. Where a call is trapped the process
// stays traced, as a served one, and so does one that shares the program's
// memory (CLONE_VM) until it executes another program or ends: as long the
// program is without breakpoints. After a vfork it shares the
// program's memory, so the program is without breakpoints until EventVforkDone;
// and the thread that made it cannot run, nor be stopped, before the child has
// been let go and has called exec or ended. A child that breakpoints cannot be
// taken out of is still held then.
func (p *Process) DetachChild(pid int) error {
	ch := p.children[pid]
	if ch == nil {
		return &Error{Op: "detach child", TID: pid, Err: unix.ESRCH}
	}
	if ch.dead {
		delete(p.children, pid)
		return nil
	}
	if err := p.clearDebug(ch.thread); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	if ch.vfork || ch.shares {
		if err := p.lend(); err != nil {
			p.lent--
			return err
		}
	} else if err := ch.clean(); err != nil {
		return err
	}
	delete(p.children, pid)
	var errs error
	if p.trap != 0 || ch.shares {
		s := p.serve(pid)
		s.borrows = ch.shares
		return errors.Join(errs, p.advance(s))
	}
	if e := ptraceCall(reqDetach, pid, 0, 0); e != 0 && e != unix.ESRCH {
		errs = errors.Join(errs, &Error{Op: "detach child", TID: pid, Err: e})
	}
	return errs
}

// clean puts back what breakpoints covered in the child's copy of memory.
func (ch *child) clean() error {
	if len(ch.copied) == 0 {
		return nil
	}
	f, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", ch.pid), os.O_RDWR, 0)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil // killed
		}
		return &Error{Op: "open memory", TID: ch.pid, Err: err}
	}
	defer f.Close()
	for _, b := range ch.copied {
		var now [1]byte
		if _, err := f.ReadAt(now[:], int64(b.at)); err != nil || now[0] != opInt3 {
			continue // unmapped, or not a copy of what we planted
		}
		if _, err := f.WriteAt([]byte{b.was}, int64(b.at)); err != nil {
			return memoryError("write memory", ch.pid, b.at, err)
		}
	}
	return nil
}

// Follow keeps the child and lets the rest of the program go: the Target is
// the child from now on. Every thread must be held. The breakpoints go with
// the child. The parent of a vfork is held until the child execs or ends, so that
// the child can have breakpoints in the memory they share; where the parent runs on
// in it (CLONE_VM) they stay out of it until the child execs.
func (p *Process) Follow(pid int) error {
	ch := p.children[pid]
	if ch == nil || ch.dead {
		return &Error{Op: "follow", TID: pid, Err: unix.ESRCH}
	}
	for _, t := range p.order {
		if !t.held && !t.zombie {
			return &Error{Op: "follow", TID: t.tid, Err: fmt.Errorf("%w: the thread is running", ErrState)}
		}
	}
	delete(p.children, pid)
	wanted := append([]point(nil), p.points.list...)
	var errs error
	switch {
	case ch.vfork:
		errs = p.keepFormer()
	case p.trap != 0:
		errs = errors.Join(p.serveParent(), p.leaveFormer(true))
	default:
		errs = errors.Join(p.release(), p.leaveFormer(false))
	}
	p.pid, p.exe = pid, exePath(pid)
	p.alive = true
	p.gone.Store(false)
	p.threads, p.order, p.last, p.queue = map[int]*thread{}, nil, nil, nil
	t := p.add(pid, pid)
	t.debug = ch.debug
	if err := p.openMemory(); err != nil {
		return errors.Join(errs, err)
	}
	if ch.vfork {
		p.inherit(t)
		return errs
	}
	p.lent = 0
	if ch.shares {
		p.points.list, p.lifted = wanted, true
		p.inherit(t)
		return errs
	}
	// Make the copy's breakpoints what they are now.
	errs = errors.Join(errs, ch.clean())
	p.points.list = nil
	for _, b := range wanted {
		errs = errors.Join(errs, p.Insert(b.at))
	}
	p.inherit(t)
	return errs
}

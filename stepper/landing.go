package stepper

import (
	"math/bits"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// landings is where exceptions and longjmps pass through: each address is 0 or
// absent when the program has none.
type landings struct {
	unwind table.Addr   // libgcc's _Unwind_DebugHook(cfa, handler), called before it jumps to a handler
	catch  table.Addr   // __cxa_begin_catch, the first thing a C++ handler calls; where there is no hook
	jumps  []table.Addr // longjmp and its kin
}

// landings finds them, once for each set of modules.
func (e *Engine) landings() *landings {
	if e.landing != nil {
		return e.landing
	}
	e.landing = &landings{}
	var ok bool
	if e.landing.unwind, ok = e.symbols.Address("_Unwind_DebugHook"); !ok {
		e.landing.catch, _ = e.symbols.Address("__cxa_begin_catch")
	}
	for _, name := range []string{"longjmp", "_longjmp", "siglongjmp", "__longjmp_chk"} {
		if a, ok := e.symbols.Address(name); ok && !contains(e.landing.jumps, a) {
			e.landing.jumps = append(e.landing.jumps, a)
		}
	}
	return e.landing
}

// trapUnwinding makes a step end where an exception or a longjmp leads that
// leaves the frame of the walk for itself or a caller.
func (e *Engine) trapUnwinding(tr *traps, w *walk) {
	l := e.landings()
	if l.unwind != 0 {
		e.trapAt(tr, l.unwind, func(th *thread) (bool, *Stop, error) {
			return e.land(th, w, table.Addr(th.regs.Arguments()[1]), nil)
		})
	}
	if l.catch != 0 {
		e.trapAt(tr, l.catch, func(th *thread) (bool, *Stop, error) {
			ra, ok := th.regs.ReturnAddress(e.target)
			if !ok {
				return false, nil, nil
			}
			sp := th.regs.SP()
			return e.land(th, w, ra, func(r *machine.Regs) bool { return r.SP() > sp })
		})
	}
	for _, a := range l.jumps {
		e.trapAt(tr, a, func(th *thread) (bool, *Stop, error) {
			place, sp, ok := e.jumpTarget(th)
			if !ok || sp < th.regs.SP() {
				return false, nil, nil
			}
			return e.land(th, w, place, func(r *machine.Regs) bool { return r.SP() == sp })
		})
	}
}

// land runs to where an exception or a longjmp leads. A place further in than
// the frame of the walk is no arrival; nor is one in that frame for a walk that
// waits for the frame's end: a siglongjmp back to its own sigsetjmp, a catch.
func (e *Engine) land(th *thread, w *walk, place table.Addr, accept func(*machine.Regs) bool) (bool, *Stop, error) {
	if e.image.At(place) != nil {
		return false, nil, nil
	}
	if _, stop, err := e.runTo(th, []table.Addr{place}, accept); stop != nil || err != nil {
		return false, stop, err
	}
	if err := e.load(th); err != nil {
		return false, nil, err
	}
	cfa, _, ok := e.symbols.Caller(&th.regs, e.target)
	w.caught = !ok || cfa > w.cfa || cfa == w.cfa && !w.whole
	return w.caught, nil, nil
}

// jumpTarget reads where longjmp, at its first instruction, will lead: its
// jmp_buf keeps the stack pointer in word 6 and the PC in word 7, in glibc
// (sysdeps/x86_64/jmpbuf-offsets.h) and in musl (src/setjmp/x86_64). glibc
// mangles both: rotated left by 17 after an exclusive or with the word at
// %fs:0x30 (sysdeps/unix/sysv/linux/x86_64/pointer_guard.h).
func (e *Engine) jumpTarget(th *thread) (place, sp table.Addr, ok bool) {
	const words, guardAt, rotation = 8, 0x30, 17
	var env [words]table.Addr
	for i := range env {
		if env[i], ok = e.word(table.Addr(th.regs.Arguments()[0]) + table.Addr(8*i)); !ok {
			return 0, 0, false
		}
	}
	sp, place = env[6], env[7]
	if guard, ok := e.word(th.regs.ThreadPointer() + guardAt); ok && e.image.ModuleAt(place) == nil {
		clear := func(a table.Addr) table.Addr {
			return table.Addr(bits.RotateLeft64(uint64(a), -rotation)) ^ guard
		}
		sp, place = clear(sp), clear(place)
	}
	return place, sp, e.image.ModuleAt(place) != nil
}

package line

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Landings holds the process addresses that exceptions and longjmps pass through. An address is 0
// if the program has no such place.
type Landings struct {
	Unwind table.Addr   // libgcc's _Unwind_DebugHook(cfa, handler), called before it jumps to a handler
	Catch  table.Addr   // __cxa_begin_catch, which a C++ handler calls first; used if there is no hook
	Jumps  []table.Addr // longjmp and its variants
	Guard  table.Addr   // the variable with glibc's guard of jmp_bufs (machine.JumpBuffer)
}

// FindLandings finds the landings by name: address returns the address of a symbol by its linkage
// name.
func FindLandings(address func(name string) (table.Addr, bool)) Landings {
	var l Landings
	var ok bool
	if l.Unwind, ok = address("_Unwind_DebugHook"); !ok {
		l.Catch, _ = address("__cxa_begin_catch")
	}
	for _, name := range []string{"longjmp", "_longjmp", "siglongjmp", "__longjmp_chk"} {
		if a, ok := address(name); ok && !slices.Contains(l.Jumps, a) {
			l.Jumps = append(l.Jumps, a)
		}
	}
	for _, name := range []string{"__pointer_chk_guard", "__pointer_chk_guard_local"} { // the second in static programs
		if l.Guard, ok = address(name); ok {
			break
		}
	}
	return l
}

// JumpTarget reads the destination of longjmp from a thread at its first instruction. mapped
// reports whether an address is in a module; ok is false if neither the PC in the jmp_buf is nor
// the one decoded with glibc's guard.
func (l *Landings) JumpTarget(r *machine.Regs, mem machine.Memory, mapped func(table.Addr) bool) (place, sp table.Addr, ok bool) {
	in, env := r.Arch().JumpBuffer, table.Addr(r.Arguments()[0])
	if sp, ok = word(mem, env+in.SP); !ok {
		return 0, 0, false
	}
	if place, ok = word(mem, env+in.PC); !ok {
		return 0, 0, false
	}
	guardAt := l.Guard
	if in.Guard != 0 {
		guardAt = r.ThreadPointer() + in.Guard
	}
	if guard, ok := word(mem, guardAt); ok && !mapped(place) {
		clear := func(a table.Addr) table.Addr {
			return table.Addr(bits.RotateLeft64(uint64(a), -in.Rotated)) ^ guard
		}
		sp, place = clear(sp), clear(place)
	}
	return place, sp, mapped(place)
}

// word reads 8 bytes.
func word(mem machine.Memory, a table.Addr) (table.Addr, bool) {
	var b [8]byte
	if n, _ := mem.ReadMemory(a, b[:]); n < len(b) {
		return 0, false
	}
	return table.Addr(binary.LittleEndian.Uint64(b[:])), true
}

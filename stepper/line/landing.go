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
	return l
}

// JumpTarget reads the destination of longjmp from a thread at its first instruction. The jmp_buf
// holds the stack pointer in word 6 and the PC in word 7, in glibc
// (sysdeps/x86_64/jmpbuf-offsets.h) and in musl (src/setjmp/x86_64). glibc mangles both: it XORs
// them with the word at %fs:0x30 and rotates them left by 17
// (sysdeps/unix/sysv/linux/x86_64/pointer_guard.h). mapped reports whether an address is in a
// module; ok is false if it accepts neither the plain nor the decoded PC.
func JumpTarget(r *machine.Regs, mem machine.Memory, mapped func(table.Addr) bool) (place, sp table.Addr, ok bool) {
	const atSP, atPC, guardAt, rotation = 6, 7, 0x30, 17
	env := table.Addr(r.Arguments()[0])
	if sp, ok = word(mem, env+8*atSP); !ok {
		return 0, 0, false
	}
	if place, ok = word(mem, env+8*atPC); !ok {
		return 0, 0, false
	}
	if guard, ok := word(mem, r.ThreadPointer()+guardAt); ok && !mapped(place) {
		clear := func(a table.Addr) table.Addr {
			return table.Addr(bits.RotateLeft64(uint64(a), -rotation)) ^ guard
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

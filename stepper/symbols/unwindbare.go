package symbols

import (
	"bytes"
	"encoding/binary"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// rt_sigreturn's number on amd64 is 15 (arch/x86/entry/syscalls/syscall_64.tbl).
// The two spellings of the trampoline: `mov $15,%rax; syscall` in glibc, musl
// and Go, `mov $15,%eax; syscall` in others.
var (
	sigreturnRAX = [...]byte{0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 0x05}
	sigreturnEAX = [...]byte{0xb8, 15, 0, 0, 0, 0x0f, 0x05}
)

// Offsets into the struct ucontext that the kernel leaves at the stack pointer
// of a trampoline (include/uapi/asm-generic/ucontext.h: uc_flags, uc_link, a
// stack_t of 24 bytes; then struct sigcontext_64, arch/x86/include/uapi/asm/sigcontext.h:
// r8 to r15, di, si, bp, bx, dx, ax, cx, sp, ip, flags).
const (
	ucontextMC = 8 + 8 + 24
	mcWords    = 18
)

// unwindSigreturn recognises a signal trampoline by its instructions, as gdb
// does, and takes the interrupted registers from the signal frame. Not every
// trampoline has CFI: Go's has only that of an ordinary function.
func unwindSigreturn(r *unit.Regs, mem unit.Memory) (step, bool) {
	if !atSigreturn(r.PC(), mem) {
		return step{}, false
	}
	var p [8 * mcWords]byte
	if n, err := mem.ReadMemory(table.Addr(r.W[unit.RSP])+ucontextMC, p[:]); err != nil || n != len(p) {
		return step{}, false
	}
	st := step{caller: *r, ok: true, signal: true}
	c := &st.caller
	for i, to := range [...]*uint64{&c.W[unit.R8], &c.W[unit.R9], &c.W[unit.R10], &c.W[unit.R11], &c.W[unit.R12], &c.W[unit.R13], &c.W[unit.R14], &c.W[unit.R15], &c.W[unit.RDI], &c.W[unit.RSI], &c.W[unit.RBP], &c.W[unit.RBX], &c.W[unit.RDX], &c.W[unit.RAX], &c.W[unit.RCX], &c.W[unit.RSP], &c.W[unit.RIP], &c.W[unit.EFLAGS]} {
		*to = binary.LittleEndian.Uint64(p[8*i:])
	}
	c.W[unit.OrigRAX] = ^uint64(0)
	st.cfa = table.Addr(c.W[unit.RSP]) // as glibc's CFI has it
	return st, true
}

func atSigreturn(pc table.Addr, mem unit.Memory) bool {
	const back = 7 // bytes of the longer mov
	var p [back + len(sigreturnRAX)]byte
	n, _ := mem.ReadMemory(pc-back, p[:])
	if n < len(p) { // pc may begin its page
		var q [len(sigreturnRAX)]byte
		if n, _ := mem.ReadMemory(pc, q[:]); n < len(sigreturnEAX) {
			return false
		}
		return q == sigreturnRAX || bytes.HasPrefix(q[:], sigreturnEAX[:])
	}
	at := p[back:]
	return bytes.HasPrefix(at, sigreturnRAX[:]) || bytes.HasPrefix(at, sigreturnEAX[:]) ||
		bytes.HasPrefix(p[:], sigreturnRAX[:]) || bytes.HasPrefix(p[back-5:], sigreturnEAX[:])
}

// unwindBare unwinds where there is no CFI: by how much of a frame-pointer
// prologue has run, else by the frame pointer, else by a return address on top
// of the stack. What it finds must lead into code.
func (s *Set) unwindBare(m *Module, r *unit.Regs, mem unit.Memory) step {
	if m != nil {
		if f, ok := s.Function(r.PC()); ok {
			switch prologueState(f.Entry, r.PC(), mem) {
			case prologueNone:
				return s.bareStep(r, mem, 0, false)
			case prologuePushed:
				return s.bareStep(r, mem, 0, true)
			}
		}
		if next, err := readByte(mem, r.PC()); err == nil && next == 0xc3 { // ret
			if st := s.bareStep(r, mem, 0, false); st.ok {
				return st
			}
		}
	} else if st := s.bareStep(r, mem, 0, false); st.ok && s.afterCall(st.caller.PC(), mem) {
		return st // a call through a bad pointer
	}
	if r.W[unit.RBP] >= r.W[unit.RSP] && r.W[unit.RBP]%8 == 0 {
		if st := s.bareStep(r, mem, r.W[unit.RBP]-r.W[unit.RSP], true); st.ok {
			return st
		}
	}
	if st := s.bareStep(r, mem, 0, false); st.ok && s.afterCall(st.caller.PC(), mem) {
		return st
	}
	return step{}
}

// bareStep takes the return address from off bytes above the stack pointer;
// with rbp, the caller's frame pointer lies there and the address above it.
func (s *Set) bareStep(r *unit.Regs, mem unit.Memory, off uint64, rbp bool) step {
	at := table.Addr(r.W[unit.RSP] + off)
	st := step{caller: *r}
	st.caller.W[unit.OrigRAX] = ^uint64(0)
	if rbp {
		v, err := readWord(mem, at)
		if err != nil {
			return step{}
		}
		st.caller.W[unit.RBP] = v
		at += 8
	}
	ra, err := readWord(mem, at)
	if err != nil {
		return step{}
	}
	st.cfa = at + 8
	st.caller.W[unit.RIP], st.caller.W[unit.RSP] = ra, uint64(st.cfa)
	if to := s.Module(table.Addr(ra)); to != nil {
		st.ok = to.img.main.executable(to.file(table.Addr(ra) - 1))
	}
	return st
}

// afterCall reports whether the instruction before pc can be a call: e8 rel32,
// or ff /2 in one of its lengths (AMD64 manual volume 3, CALL).
func (s *Set) afterCall(pc table.Addr, mem unit.Memory) bool {
	var p [7]byte
	if n, err := mem.ReadMemory(pc-table.Addr(len(p)), p[:]); err != nil || n != len(p) {
		return false
	}
	if p[2] == 0xe8 {
		return true
	}
	for i := 0; i < len(p)-1; i++ {
		if p[i] == 0xff && p[i+1]>>3&7 == 2 {
			return true
		}
	}
	return false
}

func readByte(mem unit.Memory, a table.Addr) (byte, error) {
	var p [1]byte
	if n, err := mem.ReadMemory(a, p[:]); err != nil || n != 1 {
		return 0, errNoReturn
	}
	return p[0], nil
}

package machine

import (
	"encoding/binary"

	"rseqstep/table"
)

// Reg is a register's index in Regs.W. NoReg is the zero value.
type Reg uint8

// NoReg is no register; its value is 0.
const NoReg Reg = 0

// Words are register contents by Reg: one more than the most general registers of any
// architecture's kernel.
type Words [40]uint64

// Regs is a thread's general registers as words. W[NoReg] is 0. From W[1] on they are in
// the order of the architecture's kernel, so that ptrace(2) fills them in place (Filled).
// Two of one thread are == if nothing has changed.
//
// The zero Regs is of no architecture: all that is asked of it by meaning is 0.
type Regs struct {
	W      Words
	arch   *Arch
	pc, sp Reg // arch's, so that a step needs no access to the Arch
}

// Arch is the architecture of the registers; nil for the zero Regs.
func (r *Regs) Arch() *Arch { return r.arch }

// unknown is the architecture of registers that nobody has read.
var unknown Arch

// of is the registers' architecture.
func (r *Regs) of() *Arch {
	if r.arch == nil {
		return &unknown
	}
	return r.arch
}

// Filled makes words that the kernel has filled in registers of an architecture.
func (r *Regs) Filled(a *Arch) { r.arch, r.pc, r.sp = a, a.PC, a.SP }

// PC is the address of the next instruction.
func (r *Regs) PC() table.Addr { return table.Addr(r.W[r.pc]) }

// SP is the stack pointer.
func (r *Regs) SP() table.Addr { return table.Addr(r.W[r.sp]) }

// FP is the frame pointer, by convention.
func (r *Regs) FP() table.Addr { return table.Addr(r.W[r.of().FP]) }

// SetFP changes it.
func (r *Regs) SetFP(fp table.Addr) { r.W[r.of().FP] = uint64(fp) }

// Value is the content of register x; 0 for NoReg.
func (r *Regs) Value(x Reg) uint64 { return r.W[x] }

// DWARF points to the register of r with a DWARF number; nil if r does not have it.
func (r *Regs) DWARF(n uint64) *uint64 {
	if list := r.of().DWARF; n < uint64(len(list)) && list[n] != NoReg {
		return &r.W[list[n]]
	}
	return nil
}

// SetDWARF changes the register with a DWARF number, except the PC: a frame's PC is its
// return address. It ignores a register that r does not have.
func (r *Regs) SetDWARF(n, v uint64) {
	if at := r.DWARF(n); at != nil && at != &r.W[r.pc] {
		*at = v
	}
}

// Bytes are the registers in the kernel's layout.
func (r *Regs) Bytes() []byte {
	b := make([]byte, 0, 8*r.arch.Words)
	for _, w := range r.W[1 : 1+r.arch.Words] {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// SetBytes sets the registers from the kernel's layout b; those beyond the end of b are 0.
func (r *Regs) SetBytes(b []byte) {
	for n := range r.W[1 : 1+r.arch.Words] {
		r.W[1+n] = 0
		if len(b) >= 8 {
			r.W[1+n], b = binary.LittleEndian.Uint64(b), b[8:]
		}
	}
}

// RegSet is a set of registers, register x at bit x.
type RegSet uint64

// SetOf are some registers.
func SetOf(regs ...Reg) (s RegSet) {
	for _, r := range regs {
		s |= 1 << r
	}
	return s
}

// Has reports whether x is one of them.
func (s RegSet) Has(x Reg) bool { return s>>x&1 == 1 }

// changed is the set of registers that differ between two states.
func changed(a, b *Regs) (s RegSet) {
	for x := range a.W {
		if a.W[x] != b.W[x] {
			s |= 1 << x
		}
	}
	return s
}

// Memory reads a process. ReadMemory fills p from addr and returns how many
// bytes it read; n < len(p) implies an error. Planted breakpoints are hidden.
type Memory interface {
	ReadMemory(addr table.Addr, p []byte) (n int, err error)
}

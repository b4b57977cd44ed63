package expr

import (
	"errors"
	"fmt"

	"rseqstep/stepper/dwexpr"
	"rseqstep/stepper/unit"
	"rseqstep/stepper/unit/amd64"
)

// errNotSaved is gdb's word for a caller's register that the call was free
// to change.
var errNotSaved = errors.New("value is not available: the register was not saved")

// general are the general registers by gdb's names, in the order of
// "info registers".
var generalNames = [...]string{"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip", "eflags",
	"cs", "ss", "ds", "es", "fs", "gs", "fs_base", "gs_base", "orig_rax"}

// GeneralRegisters are the names of the general registers, without "$", in
// the order that "info registers" lists them.
func GeneralRegisters() []string { return append([]string(nil), generalNames[:]...) }

// slot is where a general register lies in r; nil for a name that is none.
func slot(r *unit.Regs, name string) *uint64 {
	switch name {
	case "rax":
		return &r.W[amd64.RAX]
	case "rbx":
		return &r.W[amd64.RBX]
	case "rcx":
		return &r.W[amd64.RCX]
	case "rdx":
		return &r.W[amd64.RDX]
	case "rsi":
		return &r.W[amd64.RSI]
	case "rdi":
		return &r.W[amd64.RDI]
	case "rbp", "fp":
		return &r.W[amd64.RBP]
	case "rsp", "sp":
		return &r.W[amd64.RSP]
	case "r8":
		return &r.W[amd64.R8]
	case "r9":
		return &r.W[amd64.R9]
	case "r10":
		return &r.W[amd64.R10]
	case "r11":
		return &r.W[amd64.R11]
	case "r12":
		return &r.W[amd64.R12]
	case "r13":
		return &r.W[amd64.R13]
	case "r14":
		return &r.W[amd64.R14]
	case "r15":
		return &r.W[amd64.R15]
	case "rip", "pc":
		return &r.W[amd64.RIP]
	case "eflags", "ps":
		return &r.W[amd64.EFLAGS]
	case "cs":
		return &r.W[amd64.CS]
	case "ss":
		return &r.W[amd64.SS]
	case "ds":
		return &r.W[amd64.DS]
	case "es":
		return &r.W[amd64.ES]
	case "fs":
		return &r.W[amd64.FS]
	case "gs":
		return &r.W[amd64.GS]
	case "fs_base":
		return &r.W[amd64.FSBase]
	case "gs_base":
		return &r.W[amd64.GSBase]
	case "orig_rax":
		return &r.W[amd64.OrigRAX]
	}
	return nil
}

// dwarfNames are the general registers by DWARF number (System V ABI for
// AMD64, figure 3.36); 16 is the return address column.
var dwarfNames = [...]string{"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip"}

// dwarfName is the register of a DWARF number as this package names them:
// 17 to 32 are xmm0 to xmm15, 33 to 40 st0 to st7.
func dwarfName(n uint64) string {
	switch {
	case n < uint64(len(dwarfNames)):
		return dwarfNames[n]
	case n >= 17 && n <= 32:
		return fmt.Sprintf("xmm%d", n-17)
	case n >= 33 && n <= 40:
		return fmt.Sprintf("st%d", n-33)
	case n == 49:
		return "eflags"
	case n >= 50 && n <= 55:
		return [...]string{"es", "cs", "ss", "ds", "fs", "gs"}[n-50]
	case n == 58:
		return "fs_base"
	case n == 59:
		return "gs_base"
	}
	return fmt.Sprintf("?%d", n)
}

// preserved: a function keeps this register for its caller (System V ABI for
// AMD64, figure 3.4), or the unwinder computes it.
func preserved(name string) bool {
	switch name {
	case "rbx", "rbp", "fp", "rsp", "sp", "r12", "r13", "r14", "r15", "rip", "pc", "fs_base", "gs_base",
		"cs", "ss", "ds", "es", "fs", "gs":
		return true
	}
	return false
}

// dwarfRegister is the value of a general register in the frame.
func (f *frame) dwarfRegister(n uint64) (uint64, error) {
	b, err := f.registerBytes(dwarfName(n))
	if err != nil {
		return 0, err
	}
	r := dwexpr.Reader{P: b}
	return r.Fixed(uint64(min(len(b), 8))), nil
}

// registerBytes are a whole register's contents in the frame, little-endian.
// In a calling frame a register that the call was free to change is taken to
// be as it is below: compilers say that a variable is in one across a call
// only where they know that the callee leaves it alone (GCC's -fipa-ra).
func (f *frame) registerBytes(name string) ([]byte, error) {
	if f == nil {
		return nil, errNoFrame
	}
	if p := slot(&f.Regs, name); p != nil {
		return leave(*p, 8), nil
	}
	area, err := f.ctx.xstate()
	if err != nil {
		return nil, err
	}
	b, ok := area.register(name)
	if !ok {
		return nil, fmt.Errorf("register %s is not available", name)
	}
	return b, nil
}

// setRegister puts a whole register's contents into the thread.
func (f *frame) setRegister(name string, b []byte) error {
	if !f.innermost() {
		return sentence("A register of a calling frame cannot be written; select the innermost frame.")
	}
	if p := slot(&f.Regs, name); p != nil {
		if f.ctx.WriteRegs == nil {
			return sentence("Registers cannot be written here.")
		}
		r := dwexpr.Reader{P: b}
		v := r.Fixed(uint64(min(len(b), 8)))
		changed := f.Regs
		*slot(&changed, name) = v
		if err := f.ctx.WriteRegs(&changed); err != nil {
			return err
		}
		for n := range f.ctx.Frames { // every frame that shows the same registers
			if g := &f.ctx.Frames[n]; g.CFA == f.CFA && g.PC == f.PC {
				*slot(&g.Regs, name) = v
			}
		}
		f.Regs = changed
		return nil
	}
	area, err := f.ctx.xstate()
	if err != nil {
		return err
	}
	if f.ctx.WriteXState == nil || !area.set(name, b) {
		return sentence("Register %s cannot be written.", name)
	}
	return f.ctx.WriteXState(area.p)
}

// leave is v as n little-endian bytes.
func leave(v uint64, n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n && i < 8; i++ {
		b[i] = byte(v >> (8 * i))
	}
	return b
}

package machine

import (
	"errors"
	"fmt"
	"io"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/dwexpr"
	"rseqstep/table"
)

// ErrNoFrame means that there is no call frame information to unwind the frame
// at a PC.
var ErrNoFrame = errors.New("no call frame information")

// UnwoundFrame applies the rules of call frame information to a frame. It implements
// dwexpr.Frame for rules that are expressions (DWARF 5, 6.4.2).
type UnwoundFrame struct {
	Regs   *Regs
	Memory Memory     // nil: memory is unreadable
	Bias   table.Addr // process address minus file address
}

var _ dwexpr.Frame = UnwoundFrame{}

// ReadMemory fills p from addr and returns how many bytes it read.
func (f UnwoundFrame) ReadMemory(addr table.Addr, p []byte) (int, error) {
	if f.Memory == nil {
		return 0, io.ErrUnexpectedEOF
	}
	return f.Memory.ReadMemory(addr, p)
}

// Register is a general register or the instruction pointer; ErrNoFrame for any other.
func (f UnwoundFrame) Register(n uint64) (uint64, error) {
	if at := f.Regs.DWARF(n); at != nil {
		return *at, nil
	}
	return 0, fmt.Errorf("%w: DWARF register %d", ErrNoFrame, n)
}

// Relocate is the process address of a file address.
func (f UnwoundFrame) Relocate(a table.FileAddr) table.Addr { return table.Addr(a) + f.Bias }

// CFA applies the rule of the canonical frame address. Invalid rules are ErrNoFrame, here
// and in Restored.
func (f UnwoundFrame) CFA(rule cfi.CFARule) (table.Addr, error) {
	if rule.Expr != nil {
		at, err := f.evaluate(rule.Expr)
		return table.Addr(at), err
	}
	at := f.Regs.DWARF(rule.Reg)
	if at == nil || at == &f.Regs.W[f.Regs.pc] {
		return 0, fmt.Errorf("%w: a frame address by DWARF register %d", ErrNoFrame, rule.Reg)
	}
	return table.Addr(*at + uint64(rule.Offset)), nil
}

// Restored applies the rule of register n, a DWARF number. known is false if there is no
// rule, or if the caller's contents are lost.
func (f UnwoundFrame) Restored(n uint64, rule cfi.Rule, cfa table.Addr) (v uint64, known bool, err error) {
	switch rule.Kind {
	case cfi.Unset, cfi.Undefined:
		return 0, false, nil
	case cfi.Same:
		v, err = f.Register(n)
	case cfi.Offset:
		v, err = f.saved(cfa + table.Addr(rule.N))
	case cfi.ValOffset:
		v = uint64(cfa) + uint64(rule.N)
	case cfi.Register:
		v, err = f.Register(uint64(rule.N))
	case cfi.ValExpression:
		v, err = f.evaluate(rule.Expr, uint64(cfa))
	case cfi.Expression:
		if v, err = f.evaluate(rule.Expr, uint64(cfa)); err == nil {
			v, err = f.saved(table.Addr(v))
		}
	default:
		err = fmt.Errorf("%w: rule %d", ErrNoFrame, rule.Kind)
	}
	return v, err == nil, err
}

// ReturnAddress is where the frame returns to, by the rules of its row; known is false for the
// outermost frame. A register that holds the return address and has no rule has not been changed.
func (f UnwoundFrame) ReturnAddress(row *cfi.Row, cfa table.Addr) (ra table.Addr, known bool, err error) {
	rule := row.Regs[row.RA]
	at := f.Regs.DWARF(row.RA)
	if isPC := at == nil || at == &f.Regs.W[f.Regs.pc]; !isPC && rule.Kind == cfi.Unset {
		rule.Kind = cfi.Same
	} else if isPC && rule.Kind == cfi.Same {
		return 0, false, nil
	}
	v, known, err := f.Restored(row.RA, rule, cfa)
	if !known {
		return 0, false, err
	}
	if row.Signed && f.Regs.CodeMask() == 0 && v>>leastCode != 0 { // no mask: the processor signs nothing, or a core file lacks it
		return 0, false, fmt.Errorf("%w: the return address %#x is signed, and the mask of its signature is not known", ErrNoFrame, v)
	}
	return f.Regs.Unsigned(v), true, nil
}

// leastCode is how many bits of an address of code are not its signature, on most kernels with pointer
// authentication (Documentation/arch/arm64/pointer-authentication.rst); code at higher addresses must be asked for.
const leastCode = 48

// saved is a register's saved contents on the stack.
func (f UnwoundFrame) saved(at table.Addr) (uint64, error) {
	value, ok := readUint(f.Memory, at, 8)
	if !ok {
		return 0, fmt.Errorf("cannot read the stack at %v", at)
	}
	return value, nil
}

// evaluate evaluates an expression of the call frame information. Those of registers begin
// with the CFA on the stack (DWARF 5, 6.4.2.3).
func (f UnwoundFrame) evaluate(expression []byte, initial ...uint64) (uint64, error) {
	value, err := dwexpr.Word(expression, f, initial...)
	if errors.Is(err, dwexpr.ErrMalformed) || errors.Is(err, dwexpr.ErrNotSupported) {
		err = fmt.Errorf("%w: %w", ErrNoFrame, err)
	}
	return value, err
}

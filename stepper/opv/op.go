package opv

import (
	"fmt"
	"strings"

	"rseqstep/table"
)

// Op is one operation of a vector. Addresses are process addresses.
type Op struct {
	Kind Kind
	Len  uint32 // bytes; ignored by Barrier

	A table.Addr // compares: a; copies: dst; all others but Barrier: p
	B table.Addr // compares: b; copies: src

	// Value is an addition's count (a signed number), a bitwise operation's
	// mask, or the number of bits to shift (a 32-bit field).
	Value uint64

	// A fault at A or B is expected: the error is EAGAIN, not EFAULT.
	ExpectFaultA, ExpectFaultB bool
}

// Vector is what one system call runs, in order.
type Vector []Op

// operands is how many memory operands a kind has.
func (k Kind) operands() int {
	switch k {
	case CompareEqual, CompareNotEqual, Memcpy, MemcpyRelease:
		return 2
	case Barrier:
		return 0
	}
	return 1
}

// writes reports whether a kind writes to its operand A.
func (k Kind) writes() bool { return k != CompareEqual && k != CompareNotEqual && k != Barrier }

// String writes an operation with its numbers: "COMPARE_EQ 8 0x1000 0x2000".
func (o Op) String() string {
	fault := func(expected bool) string {
		if expected {
			return "?" // another thread may unmap it
		}
		return ""
	}
	text := fmt.Sprintf("%v %d %v%s", o.Kind, o.Len, o.A, fault(o.ExpectFaultA))
	switch {
	case o.Kind == Barrier:
		return o.Kind.String()
	case o.Kind.operands() == 2:
		return fmt.Sprintf("%s %v%s", text, o.B, fault(o.ExpectFaultB))
	case o.Kind == Add || o.Kind == AddRelease:
		return fmt.Sprintf("%s %+d", text, int64(o.Value))
	case o.Kind == ShiftLeft || o.Kind == ShiftRight:
		return fmt.Sprintf("%s %d", text, o.Value)
	}
	return fmt.Sprintf("%s %#x", text, o.Value)
}

func (v Vector) String() string {
	ops := make([]string, len(v))
	for n, o := range v {
		ops[n] = o.String()
	}
	return strings.Join(ops, "; ")
}

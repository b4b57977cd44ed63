package opv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Execute checks all memory that the vector names and then runs the vector.
// failed is 0 if every operation ran, else the index plus one of the first
// compare that did not hold; later operations did not run, earlier ones keep
// their effect. The error wraps EFAULT, or EAGAIN if the operand that faulted
// was expected to; then no operation has run, unless memory was unmapped after
// the check, which no other thread can cause while all are stopped.
//
// Operands are checked in the order of the operations, a before b, dst before
// src, as the kernel pinned their pages. A memcpy whose operands overlap
// copies as if through a buffer (memmove); the kernel's did so up to 64 bytes
// and left the rest open.
//
// Precondition: the vector is valid, no thread that shares its data runs.
func Execute(v Vector, mem Memory) (failed int, err error) {
	if err := checkAll(v, mem); err != nil {
		return 0, err
	}
	return runAll(v, mem)
}

func checkAll(v Vector, mem Memory) error {
	for n, o := range v {
		if err := checkOp(o, mem); err != nil {
			return fmt.Errorf("operation %d, %v: %w", n, o, err)
		}
	}
	return nil
}

func runAll(v Vector, mem Memory) (failed int, err error) {
	for n, o := range v {
		holds, err := run(o, mem)
		if err != nil {
			return 0, fmt.Errorf("operation %d, %v: %w", n, o, errors.Join(EFAULT, err))
		}
		if !holds {
			return n + 1, nil
		}
	}
	return 0, nil
}

// checkOp checks one operation's memory. It replaces the Memory's error by the
// errno for the program, and keeps its text.
func checkOp(o Op, mem Memory) error {
	fault := func(err error, expected bool) error {
		switch {
		case err == nil:
			return nil
		case expected:
			return fmt.Errorf("%w (%w)", EAGAIN, err)
		}
		return fmt.Errorf("%w (%w)", EFAULT, err)
	}
	if o.Kind.operands() == 0 {
		return nil
	}
	if err := check(mem, o.A, int(o.Len), o.Kind.writes()); err != nil {
		return fault(err, o.ExpectFaultA)
	}
	if o.Kind.operands() == 2 {
		return fault(check(mem, o.B, int(o.Len), false), o.ExpectFaultB)
	}
	return nil
}

// run runs one operation; holds is false for a compare that failed.
func run(o Op, mem Memory) (holds bool, err error) {
	if o.Kind == Barrier || o.Len == 0 && o.Kind != CompareNotEqual {
		return true, nil // nothing to order: no other thread runs
	}
	a := make([]byte, o.Len)
	switch o.Kind {
	case CompareEqual, CompareNotEqual:
		b := make([]byte, o.Len)
		if err := read(mem, o.A, a); err != nil {
			return false, err
		}
		if err := read(mem, o.B, b); err != nil {
			return false, err
		}
		return bytes.Equal(a, b) == (o.Kind == CompareEqual), nil
	case Memcpy, MemcpyRelease:
		if err := read(mem, o.B, a); err != nil {
			return false, err
		}
		return true, write(mem, o.A, a)
	}
	if err := read(mem, o.A, a); err != nil {
		return false, err
	}
	var number [8]byte
	copy(number[:], a)
	binary.LittleEndian.PutUint64(number[:], o.compute(binary.LittleEndian.Uint64(number[:])))
	return true, write(mem, o.A, number[:o.Len])
}

// compute returns the new value of the number at A, of which the low Len bytes
// count.
func (o Op) compute(old uint64) uint64 {
	switch o.Kind {
	case Add, AddRelease:
		return old + o.Value
	case Or:
		return old | o.Value
	case And:
		return old & o.Value
	case Xor:
		return old ^ o.Value
	case ShiftLeft:
		return old << o.Value
	default: // ShiftRight
		return old >> o.Value
	}
}

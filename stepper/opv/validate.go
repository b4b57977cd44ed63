package opv

import "fmt"

// Validate checks a vector as the kernel did before it touched any memory
// (cpu_opv_check, kernel/cpu_opv.c of the patch). An error is an EINVAL that
// says what is wrong.
func (a ABI) Validate(v Vector) error {
	if len(v) > a.MaxOps() {
		return fmt.Errorf("%d operations, ABI %v allows %d: %w", len(v), a, a.MaxOps(), EINVAL)
	}
	sum := uint32(0) // 32 bits, as in the kernel; every Len added is small after the check
	for n, o := range v {
		if _, ok := a.Number(o.Kind); !ok {
			return fmt.Errorf("operation %d: %v in ABI %v: %w", n, o.Kind, a, EINVAL)
		}
		switch {
		case o.Kind == Barrier:
			continue // its length does not count
		case o.Kind.operands() == 2:
			if o.Len > MaxData {
				return fmt.Errorf("operation %d: %v of %d bytes, %d are allowed: %w", n, o.Kind, o.Len, MaxData, EINVAL)
			}
		case o.Len != 1 && o.Len != 2 && o.Len != 4 && o.Len != 8:
			return fmt.Errorf("operation %d: %v of a number of %d bytes: %w", n, o.Kind, o.Len, EINVAL)
		case (o.Kind == ShiftLeft || o.Kind == ShiftRight) && o.Value >= 8*uint64(o.Len):
			return fmt.Errorf("operation %d: a shift of %d bytes by %d bits: %w", n, o.Len, o.Value, EINVAL)
		}
		sum += o.Len
	}
	if sum > uint32(a.MaxSum()) {
		return fmt.Errorf("%d bytes in all, ABI %v allows %d: %w", sum, a, a.MaxSum(), EINVAL)
	}
	return nil
}

package opv

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Memory is the memory that a vector works on. n < len(p) implies an error.
// Both stop at the first byte that is not accessible.
type Memory interface {
	ReadMemory(addr table.Addr, p []byte) (n int, err error)
	WriteMemory(addr table.Addr, p []byte) (n int, err error)
}

// Checker is a Memory that knows the program's own access rights. CheckMemory
// is called before the first operation: nil means that the program may read, or
// with write set also write, all n bytes. A tracer's reads and writes do not
// show that, because they bypass page protections (FOLL_FORCE, mm/gup.c).
//
// Memory without a Checker is checked by reading it and, if it is to be
// written, by writing back what was read.
type Checker interface {
	CheckMemory(addr table.Addr, n int, write bool) error
}

// kernelHalf is the first address of the half of the address space that no
// program may access: access_ok() failed there
// (arch/x86/include/asm/uaccess.h).
const kernelHalf = 1 << 63

// check reports whether n bytes at addr may be accessed.
func check(mem Memory, addr table.Addr, n int, write bool) error {
	if uint64(addr) >= kernelHalf || uint64(addr)+uint64(n) > kernelHalf {
		return fmt.Errorf("%d bytes at %v: %w", n, addr, EFAULT)
	}
	if n == 0 {
		return nil
	}
	if c, ok := mem.(Checker); ok {
		return c.CheckMemory(addr, n, write)
	}
	b := make([]byte, n)
	if got, err := mem.ReadMemory(addr, b); err != nil || got < n {
		return fmt.Errorf("reading %d bytes at %v: %w", n, addr, orFault(err))
	}
	if !write {
		return nil
	}
	if put, err := mem.WriteMemory(addr, b); err != nil || put < n {
		return fmt.Errorf("writing %d bytes at %v: %w", n, addr, orFault(err))
	}
	return nil
}

// orFault is err, or EFAULT for a short count without an error.
func orFault(err error) error {
	if err == nil {
		return EFAULT
	}
	return err
}

// read fills p or fails.
func read(mem machine.Memory, addr table.Addr, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if n, err := mem.ReadMemory(addr, p); err != nil || n < len(p) {
		return fmt.Errorf("reading %d bytes at %v: %w", len(p), addr, orFault(err))
	}
	return nil
}

// write writes all of p or fails.
func write(mem Memory, addr table.Addr, p []byte) error {
	if n, err := mem.WriteMemory(addr, p); err != nil || n < len(p) {
		return fmt.Errorf("writing %d bytes at %v: %w", len(p), addr, orFault(err))
	}
	return nil
}

package provide

import (
	"fmt"

	"rseqstep/stepper/opv"
)

// CPUOpv is the cpu_opv system call to provide. Number 0 is none.
type CPUOpv struct {
	ABI    opv.ABI
	Number uint64
}

// Number is the number that cpu_opv had on x86-64 in its patches from 2018 on
// (arch/x86/entry/syscalls/syscall_64.tbl). Linux 6.11 gave it to uretprobe, which kills a program
// that calls it.
const Number = 335

// lastNumber is the highest possible system call number: the next bit means x32
// (__X32_SYSCALL_BIT, arch/x86/include/uapi/asm/unistd.h).
const lastNumber = 1<<30 - 1

// Parse makes a CPUOpv from an ABI's name and a number. Its errors say which of the two is wrong,
// and why.
func Parse(abi string, number uint64) (CPUOpv, error) {
	p := CPUOpv{ABI: opv.V3, Number: number}
	switch abi {
	case opv.V3.String():
	case opv.V9.String():
		p.ABI = opv.V9
	default:
		return CPUOpv{}, fmt.Errorf("v3 or v9 is wanted, not %q", abi)
	}
	if number == 0 || number > lastNumber {
		return CPUOpv{}, fmt.Errorf("%d: there is no such system call number", number)
	}
	return p, nil
}

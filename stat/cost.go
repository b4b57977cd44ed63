package stat

import (
	"errors"
	"os"
	"reflect"
	"runtime"
	"time"

	"rseqstep/stat/perf"
	"rseqstep/table"
)

// passCost measures what the probe of an instruction costs a thread here: it counts a function of
// our own. Nanoseconds. What is measured is an instruction that the kernel executes out of line,
// with a second trap behind it; some (nop, push, branches) it emulates, which takes about a fifth
// (Linux 6.18 in a virtual machine: 17 us and 3.3 us). See Documentation/trace/uprobetracer.rst and
// arch/x86/kernel/uprobes.c.
func passCost(u *perf.Uprobes) (ns float64, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return 0, err
	}
	defer self.Close()
	offset, err := offsetOf(uint64(reflect.ValueOf(probed).Pointer()))
	if err != nil {
		return 0, err
	}
	event, err := u.Define(self, offset)
	if err != nil {
		return 0, err
	}
	counter, err := perf.Count(event, 0, false)
	if err != nil {
		return 0, err
	}
	defer counter.Close()
	const calls = 1000
	sum := 0
	for range 10 { // the first pass of a probe prepares pages
		sum = probed(sum)
	}
	before, err := counter.Read()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for range calls {
		sum = probed(sum)
	}
	took := time.Since(began)
	after, err := counter.Read()
	if err == nil && after-before < calls {
		err = errors.New("a probe of our own function does not count its calls")
	}
	return float64(took.Nanoseconds()) / float64(max(after-before, 1)), err
}

// probed is the function that passCost counts.
//
//go:noinline
func probed(n int) int { return n + 1 }

// offsetOf is where the code at an address of our own is in our file, in bytes.
func offsetOf(addr uint64) (uint64, error) {
	code, err := table.ReadCode(os.Getpid())
	if err != nil {
		return 0, err
	}
	for _, c := range code {
		if a := table.Addr(addr); c.Low <= a && a < c.High {
			return uint64(a-c.Low) + c.Offset, nil
		}
	}
	return 0, errors.New("cannot find our own code")
}

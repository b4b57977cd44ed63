//go:build linux && arm64

package ptrace

import (
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// Parts of programs without a C library.
const (
	exits          = "mov w0, 0; mov x8, 94; svc 0"
	storesAndExits = "ldr x1, =x; str x1, [x1]; nop; ldr x1, =y; str x1, [x1]; " + exits // the second instruction stores
)

// signature is glibc's, RSEQ_SIG.
const signature = 0xd428bc00

// vector0 is where v0 is in an area NT_PRFPREG.
const vector0 = 0

// ownTraps are instructions that raise SIGTRAP.
var ownTraps = map[string]string{
	"tgkill": "mov x8, 172; svc 0; mov w19, w0; mov x8, 178; svc 0; mov w1, w0; mov w0, w19; mov w2, 5; mov x8, 131; svc 0",
}

// counted is a program without a C library that ends with status 0.
const counted = `
__asm__(".globl _start\n_start:\n"
	"mov w1, 100\n"
	"mov w0, 0\n"
	"1: add w0, w0, 0\n"
	"subs w1, w1, 1\n"
	"b.ne 1b\n"
	"mov x8, 94\n"
	"svc 0\n");`

// countedSteps is the number of its instructions before the system call that ends it.
const countedSteps = 2 + 100*3 + 1

// The PC stays on a brk, whatever becomes of its signal; also on the signature before an abort handler,
// which is a brk of the kernel's own choice.
func TestBreakpointsOfTheProgramsOwnLeaveThePC(t *testing.T) {
	for name, code := range map[string]string{"brk": "brk 1", "signature": ".inst 0xd428bc00"} {
		p := launchBare(t, `__asm__(".globl _start\n_start: nop; at: .globl at; `+code+`; `+exits+`");`)
		at := symbol(t, p, "at")
		for n := range 4 {
			ev, err := p.Run(p.PID(), 0, 0)
			if n%2 == 1 {
				ev, err = p.Step(p.PID(), 0, 0)
			}
			var r machine.Regs
			if err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGTRAP) || p.Regs(p.PID(), &r) != nil || r.PC() != at {
				t.Errorf("%s: %+v, %v at %v, want SIGTRAP at %v", name, ev, err, r.PC(), at)
			}
		}
	}
}

//go:build linux && amd64

package ptrace

import (
	"testing"

	"rseqstep/stepper/tracee"
)

// Parts of programs without a C library.
const (
	exits          = "xor %edi, %edi; mov $231, %eax; syscall"
	storesAndExits = "nop; movq $1, x; nop; movq $1, y; " + exits // the second instruction stores
)

// signature is glibc's, RSEQ_SIG.
const signature = 0x53053053

// vector0 is where XMM0 is in an XSAVE area. Intel SDM volume 1, table 10-2.
const vector0 = 160

// ownTraps are instructions that raise SIGTRAP.
var ownTraps = map[string]string{
	"int3":      "int3",
	"long int3": ".byte 0xcd, 3",
	"tgkill":    `mov $39, %eax; syscall; mov %eax, %edi; mov $186, %eax; syscall; mov %eax, %esi; mov $5, %edx; mov $234, %eax; syscall`,
}

// counted is a program without a C library that ends with the TF that popf set.
const counted = `
__asm__(".globl _start\n_start:\n"
	"mov $100, %ecx\n"
	"xor %edi, %edi\n"
	"1: pushf\n"
	"pop %rax\n"
	"and $0x100, %eax\n"
	"or %eax, %edi\n"
	"dec %ecx\n"
	"jnz 1b\n"
	"shr $8, %edi\n"
	"mov $231, %eax\n"
	"syscall\n");`

// countedSteps is the number of its instructions before the system call that ends it.
const countedSteps = 2 + 100*6 + 2

// The FXSAVE path of XState can run on every processor.
func TestFXSaveAreaRoundTrips(t *testing.T) {
	p := launch(t, `
static double sum;
__attribute__((noinline, noipa)) void ready(double d) { sum = d; }
int main(void) { ready(7); return sum; }`)
	runTo(t, p, "ready")
	area, e := fxState(p.PID())
	if e != 0 || string(area[160:168]) != "\x00\x00\x00\x00\x00\x00\x1c\x40" { // 7.0
		t.Fatalf("% x, %v", area, e)
	}
	copy(area[160:], "\x00\x00\x00\x00\x00\x00\x45\x40") // 42.0
	if e := setFXState(p.PID(), area); e != 0 {
		t.Fatal(e)
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Status.Code != 42 {
		t.Errorf("got %+v, %v", ev, err)
	}
}

// fork copies the DR7 that a debugger reads: the child of a process with a
// watchpoint seems to have it too. After Follow or DetachChild it must not.
func TestChildKeepsNoWordOfADebugRegister(t *testing.T) {
	control := func(tid int) uint64 {
		w, e := ptraceWord(reqPeekUser, tid, userDebugReg+7*8)
		if e != 0 {
			t.Fatal(e)
		}
		return w
	}
	p := launch(t, forks, "fork")
	if err := p.SetDebug(0, 0, tracee.DebugWrite, symbol(t, p, "calls"), 4); err != nil {
		t.Fatal(err)
	}
	ev, err := runPassing(p)
	if err != nil || ev.Kind != tracee.EventFork {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if control(ev.Child) == 0 {
		t.Fatal("the kernel does not copy the word any more: debugState.copied is needless")
	}
	if err := p.Follow(ev.Child); err != nil {
		t.Fatal(err)
	}
	if err := p.SetDebug(0, 0, tracee.DebugOff, 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := p.FlushDebug(); err != nil {
		t.Fatal(err)
	}
	if c := control(ev.Child); c != 0 {
		t.Errorf("the child's DR7 reads %#x", c)
	}
}

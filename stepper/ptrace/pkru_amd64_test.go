//go:build linux && amd64

package ptrace

import (
	"encoding/binary"
	"testing"

	"rseqstep/stepper/tracee"
)

// keys executes itself once more, and then ends with the lowest byte of its PKRU, or with 1 where the processor or
// the kernel has no protection keys. The kernel gives a new program 0x55555554
// (init_pkru_value, arch/x86/mm/pkeys.c): key 0 alone is open.
const keys = `
#include <cpuid.h>
#include <unistd.h>
int main(int argc, char **argv) {
	unsigned a, b, c, d;
	if (argc == 1) execl("/proc/self/exe", argv[0], "again", NULL);
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(c >> 4 & 1)) return 1;
	__asm__ volatile(".byte 0x0f, 0x01, 0xee" : "=a"(a), "=d"(d) : "c"(0)); /* rdpkru */
	return a & 0xff;
}`

// pkru reads PKRU from an XSAVE area.
func pkru(t *testing.T, area []byte) uint32 {
	t.Helper()
	at, size := XSaveComponent(9)
	if size == 0 || len(area) < at+4 {
		return 0
	}
	return binary.LittleEndian.Uint32(area[at:])
}

// writeBack writes a thread's vector state back as read, as a function call
// does.
func writeBack(t *testing.T, p *Process) {
	t.Helper()
	area, err := p.XState(p.PID())
	if err == nil {
		err = p.SetXState(p.PID(), area)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestVectorStateWrittenBackAtExecKeepsProtectionKeys(t *testing.T) {
	end := func(p *Process, atExec func(*testing.T, *Process)) int {
		t.Helper()
		for {
			ev, err := p.Run(p.PID(), 0, 0)
			switch {
			case err == nil && ev.Kind == tracee.EventExec:
				atExec(t, p)
			case err == nil && ev.Kind == tracee.EventProcessExit:
				return ev.Status.Code
			default:
				t.Fatalf("got %+v, %v", ev, err)
			}
		}
	}
	nothing := func(*testing.T, *Process) {}
	want := end(launch(t, keys), nothing)
	if got := end(launch(t, keys), writeBack); got != want {
		t.Errorf("written back at exec: the program ended with %#x, not %#x", got, want)
	}
}

func TestProtectionKeysAreReadAtTheFirstInstruction(t *testing.T) {
	p := launch(t, keys)
	writeBack(t, p)
	area, err := p.XState(p.PID())
	if err != nil {
		t.Fatal(err)
	}
	before := pkru(t, area)
	if _, err := p.Step(p.PID(), 0, 0); err != nil {
		t.Fatal(err)
	}
	if area, err = p.XState(p.PID()); err != nil {
		t.Fatal(err)
	}
	if after := pkru(t, area); after != before {
		t.Errorf("PKRU is %#x before the first instruction, %#x behind it", before, after)
	}
}

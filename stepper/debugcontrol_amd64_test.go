package stepper_test

import (
	"testing"

	"golang.org/x/sys/unix"
)

// debugControl is DR7 of a thread, or its bits that enable registers: see u_debugreg in struct
// user (arch/x86/include/asm/user_64.h), at offset 848 bytes.
func debugControl(t testing.TB, tid int) uint64 {
	t.Helper()
	const dr7 = 848 + 7*8
	var out [8]byte
	if _, err := unix.PtracePeekUser(tid, dr7, out[:]); err != nil {
		t.Fatal(err)
	}
	return uint64(out[0])
}

//go:build arm64

package stepper_test

import (
	"encoding/binary"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// debugControl are the enabled debug registers of a thread, one bit each: those for execution, then those for
// data. See struct user_hwdebug_state (arch/arm64/include/uapi/asm/ptrace.h).
func debugControl(t testing.TB, tid int) (enabled uint64) {
	t.Helper()
	const header, size = 8, 16
	for kind, note := range []uintptr{unix.NT_ARM_HW_BREAK, unix.NT_ARM_HW_WATCH} {
		var state [header + 16*size]byte
		area := unix.Iovec{Base: &state[0], Len: uint64(len(state))}
		if _, _, e := unix.RawSyscall6(unix.SYS_PTRACE, unix.PTRACE_GETREGSET, uintptr(tid), note, uintptr(unsafe.Pointer(&area)), 0, 0); e != 0 {
			t.Fatal(e)
		}
		for n := range state[0] { // as many as there are
			control := binary.LittleEndian.Uint32(state[header+size*int(n)+8:])
			enabled |= uint64(control&1) << (16*kind + int(n))
		}
	}
	return enabled
}

//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// underFilter launches a program under a seccomp filter that is in force before the
// debugger's own.
func underFilter(o LaunchOptions, filter []unix.SockFilter) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends, with its filter
		prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			done <- err
			return
		}
		if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0); err != nil {
			done <- err
			return
		}
		p, err := Launch(o)
		if err == nil {
			err = p.Kill()
		}
		done <- err
	}()
	return <-done
}

func TestCallThatAnotherFilterRefusesCannotBeTrapped(t *testing.T) {
	tabletest.NeedPtrace(t)
	path := compile(t, spin)
	refuse := []unix.SockFilter{
		{Code: bpfLoadWord, K: dataNumber}, {Code: bpfJumpEqual, Jf: 1, K: 1000},
		{Code: bpfReturn, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}, {Code: bpfReturn, K: seccompAllow},
	}
	err := underFilter(LaunchOptions{Path: path, Trap: 1000}, refuse)
	if !errors.Is(err, ErrNotSupported) || !strings.Contains(err.Error(), "does not reach the tracer") {
		t.Errorf("%v", err)
	}
	if err := underFilter(LaunchOptions{Path: path, Trap: 1001}, refuse); err != nil {
		t.Errorf("a number that it does not refuse: %v", err)
	}
}

func TestMappingsAgreeWithTheText(t *testing.T) {
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	var fast mappings
	defer fast.forget()
	slow := mappings{slow: true}
	defer slow.forget()
	writable := make([]byte, 1)
	for _, at := range []table.Addr{
		table.Addr(uintptr(unsafe.Pointer(&writable[0]))), table.Addr(uintptr(unsafe.Pointer(unsafe.StringData(asks)))), 1, 1 << 62,
	} {
		want, ok := findMapping(string(text), at)
		for _, m := range []*mappings{&fast, &slow} {
			got, err := m.find(os.Getpid(), at)
			if (err == nil) != ok || got.write != want.write || err == nil && (at < got.low || at >= got.high) {
				t.Errorf("%v: %+v, %v; the text says %+v, %v", at, got, err, want, ok)
			}
		}
	}
}

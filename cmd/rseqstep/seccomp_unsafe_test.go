package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The commands below are for scripts: each changes what the kernel allows this
// process and then becomes the program in its arguments.

// noPtrace forbids ptrace(2), as containers do.
func noPtrace() {
	become(
		unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // seccomp_data.nr
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_PTRACE, Jf: 1},
		refuse(unix.EPERM),
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	)
}

// noRseq makes the kernel one without rseq(2) and without the ptrace request
// that asks for a registration.
func noRseq() {
	become(
		unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_RSEQ, Jf: 1},
		refuse(unix.ENOSYS),
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_PTRACE, Jf: 3},
		unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 16},             // seccomp_data.args[0], its lower half
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 0x420f, Jf: 1}, // PTRACE_GET_RSEQ_CONFIGURATION
		refuse(unix.EIO),
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	)
}

func refuse(e unix.Errno) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(e)}
}

// noCapability gives up CAP_SYS_PTRACE, as an ordinary user has it.
func noCapability() {
	runtime.LockOSThread()
	// Who may not drop it does not have it.
	if err := unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_SYS_PTRACE, 0, 0, 0); err != nil && err != unix.EPERM {
		fail(err)
	}
	execArgs()
}

// secretive is a process that only CAP_SYS_PTRACE may trace: it waits to be
// killed.
func secretive() {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		fail(err)
	}
	for {
		time.Sleep(time.Hour) // not select {}: without cgo the runtime takes that for a deadlock
	}
}

func become(filter ...unix.SockFilter) {
	runtime.LockOSThread() // exec keeps the filter of the thread that calls it
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		fail(err)
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		fail(err)
	}
	execArgs()
}

func execArgs() {
	path, err := exec.LookPath(os.Args[1])
	if err != nil {
		fail(err)
	}
	fail(unix.Exec(path, os.Args[1:], os.Environ()))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "test set-up:", err)
	os.Exit(99)
}

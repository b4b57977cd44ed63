//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// Numbers of seccomp(2), include/uapi/linux/seccomp.h and audit.h, and of
// classic BPF, include/uapi/linux/bpf_common.h.
const (
	seccompSetFilter = 1          // SECCOMP_SET_MODE_FILTER
	seccompTrace     = 0x7ff00000 // SECCOMP_RET_TRACE; the low 16 bits reach the tracer
	seccompAllow     = 0x7fff0000 // SECCOMP_RET_ALLOW
	noNewPrivileges  = 38         // PR_SET_NO_NEW_PRIVS, include/uapi/linux/prctl.h

	bpfLoadWord  = 0x20 // BPF_LD | BPF_W | BPF_ABS
	bpfJumpEqual = 0x15 // BPF_JMP | BPF_JEQ | BPF_K
	bpfReturn    = 0x06 // BPF_RET | BPF_K

	dataNumber = 0 // offsetof(struct seccomp_data, nr)
	dataArch   = 4 // offsetof(struct seccomp_data, arch)
)

// trapMark is the value our filter passes to the tracer, to distinguish it from
// a RET_TRACE of the program's own filter.
const trapMark = 0x7271

// callFilter is a seccomp filter that reports one system call number of this architecture to
// the tracer and allows every other: struct sock_filter[6], then a struct
// sock_fprog that points to them at addr.
func callFilter(number uint64, addr table.Addr) (program []byte, fprog table.Addr) {
	instruction := func(code uint16, yes, no uint8, k uint32) {
		program = binary.LittleEndian.AppendUint16(program, code)
		program = append(program, yes, no)
		program = binary.LittleEndian.AppendUint32(program, k)
	}
	instruction(bpfLoadWord, 0, 0, dataArch)
	instruction(bpfJumpEqual, 0, 3, auditArch)
	instruction(bpfLoadWord, 0, 0, dataNumber)
	instruction(bpfJumpEqual, 0, 1, uint32(number))
	instruction(bpfReturn, 0, 0, seccompTrace|trapMark)
	instruction(bpfReturn, 0, 0, seccompAllow)
	fprog = addr + table.Addr(len(program))
	program = binary.LittleEndian.AppendUint64(program, uint64(len(program)/8)) // u16 len, and padding
	return binary.LittleEndian.AppendUint64(program, uint64(addr)), fprog
}

// errTrapped and errIllegal are the two ways in which an injected call of the trapped
// number ends.
var (
	errTrapped = errors.New("the system call is trapped")
	errIllegal = errors.New("the system call raised SIGILL")
)

// trapCall makes every present and future thread and process of the program
// stop before that system call. It installs a seccomp filter; if the kernel
// answers the call with SIGILL, it uses that signal alone. If the kernel
// requires no_new_privs for the filter, the program can no longer gain
// privileges by an exec, and a note says so.
//
// Linux since 6.11 gives number 335 to uretprobe, which raises SIGILL when a
// x86-64 program calls it, and since 6.14 lets 335 and 336 past every filter (commit
// cf6cb56ef244 "seccomp: passthrough uretprobe systemcall without filtering";
// seccomp_uprobe_exception, kernel/seccomp.c).
//
// Precondition: the program is at its first instruction.
func (p *Process) trapCall(number uint64) (err error) {
	const op = "trap a system call"
	fail := func(err error) error { return &Error{Op: op, TID: p.pid, Err: err} }
	t, err := p.findHeld(p.pid, op)
	if err != nil {
		return err
	}
	if number == sysUretprobe {
		if _, err := p.Syscall(p.pid, number); errors.Is(err, errIllegal) {
			p.trap = number
			return nil
		} else if err != nil {
			return err
		}
	}
	if err := p.load(t); err != nil {
		return err
	}
	at := (t.regs.now.SP() - p.Arch().RedZone - 256) &^ 15
	program, fprog := callFilter(number, at)
	before := make([]byte, len(program))
	if _, err := p.readRaw(at, before); err != nil {
		return err
	}
	if _, err := p.writeRaw(at, program); err != nil {
		return err
	}
	defer func() {
		_, e := p.writeRaw(at, before)
		err = errors.Join(err, e)
	}()
	install := func() (unix.Errno, error) {
		ret, err := p.Syscall(p.pid, sysSeccomp, seccompSetFilter, 0, uint64(fprog))
		return unix.Errno(-ret), err
	}
	errno, err := install()
	if err == nil && errno == unix.EACCES { // neither CAP_SYS_ADMIN nor no_new_privs; see seccomp(2)
		ret, e := p.Syscall(p.pid, sysPrctl, noNewPrivileges, 1, 0, 0, 0)
		if e == nil && ret != 0 {
			e = unix.Errno(-ret)
		}
		if e != nil {
			return fail(fmt.Errorf("prctl(PR_SET_NO_NEW_PRIVS): %w", e))
		}
		p.notes = append(p.notes, "the program runs with no_new_privs: set-user-ID programs that it starts gain nothing")
		errno, err = install()
	}
	switch {
	case err != nil:
		return err
	case errno == unix.ENOSYS || errno == unix.EINVAL:
		return fail(fmt.Errorf("%w: this kernel has no seccomp filters: %w", ErrNotSupported, errno))
	case errno != 0:
		return fail(fmt.Errorf("seccomp(SECCOMP_SET_MODE_FILTER): %w", errno))
	}
	if _, err := p.Syscall(p.pid, number); !errors.Is(err, errTrapped) {
		return fail(fmt.Errorf("%w: system call %d does not reach the tracer; a seccomp filter already in force, or the kernel, handles it first (%v)", ErrNotSupported, number, err))
	}
	p.trap = number
	return nil
}

//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// ReadMemory fills buf from addr and hides planted breakpoints. A short read
// has an error that says where reading stopped.
func (p *Process) ReadMemory(addr table.Addr, buf []byte) (int, error) {
	addr = p.Arch().Untagged(addr)
	n, err := p.readRaw(addr, buf)
	if !p.lifted {
		p.points.hide(addr, buf[:n])
	}
	return n, err
}

// readRaw reads the bytes in memory. process_vm_readv is one cheap system call
// but refuses pages without read permission; /proc/PID/mem does not.
func (p *Process) readRaw(addr table.Addr, buf []byte) (int, error) {
	if len(buf) == 0 {
		return 0, nil
	}
	n, e := processRead(p.pid, addr, buf)
	if e == 0 && n == len(buf) {
		return n, nil
	}
	if p.mem == nil {
		return n, &Error{Op: "read memory", TID: p.pid, Err: unix.ESRCH}
	}
	m, err := p.mem.ReadAt(buf[n:], int64(addr)+int64(n))
	if n += m; n == len(buf) {
		return n, nil
	}
	if e == unix.ESRCH {
		err = e // unless only the leader has ended: the open file still reads
	}
	return n, memoryError("read memory", p.pid, addr+table.Addr(n), err)
}

// memoryError converts the failures of /proc/PID/mem to an errno. EIO means that nothing
// is mapped at the address. No bytes and no error, which package os calls end of file,
// means that the process has ended and its memory is gone (mem_rw, fs/proc/base.c).
func memoryError(op string, pid int, at table.Addr, err error) error {
	var path *os.PathError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = unix.ESRCH
	case err == nil:
		err = unix.EIO
	case errors.As(err, &path):
		err = path.Err
	}
	return &Error{Op: op, TID: pid, Err: fmt.Errorf("at %v: %w", at, err)}
}

// WriteMemory writes the program's memory, read-only text included. Under a
// planted breakpoint it changes the original bytes, and the breakpoint stays.
func (p *Process) WriteMemory(addr table.Addr, buf []byte) (int, error) {
	addr = p.Arch().Untagged(addr)
	if p.lifted {
		return p.writeRaw(addr, buf)
	}
	first, last := p.points.span(addr, len(buf))
	if first == last {
		return p.writeRaw(addr, buf)
	}
	shown := append([]byte(nil), buf...)
	for i := first; i < last; i++ {
		p.points.list[i].copyOver(addr, shown, trap)
	}
	n, err := p.writeRaw(addr, shown)
	for i := first; i < last; i++ {
		p.points.list[i].take(addr, buf[:max(n, 0)])
	}
	return n, err
}

// writeRaw writes through /proc/PID/mem, which ignores page protections and
// makes private copies of shared text. If the kernel is configured to respect
// them (proc_mem.force_override=never), PTRACE_POKETEXT still works.
func (p *Process) writeRaw(addr table.Addr, buf []byte) (int, error) {
	if len(buf) == 0 {
		return 0, nil
	}
	if p.mem == nil {
		return 0, &Error{Op: "write memory", TID: p.pid, Err: unix.ESRCH}
	}
	n, err := p.mem.WriteAt(buf, int64(addr))
	if n == len(buf) {
		return n, nil
	}
	m, e := p.poke(addr+table.Addr(n), buf[n:])
	if n += m; n == len(buf) {
		return n, nil
	}
	if e != unix.EIO && e != unix.EFAULT {
		err = e
	}
	return n, memoryError("write memory", p.pid, addr+table.Addr(n), err)
}

// poke writes by PTRACE_POKETEXT, a word at a time, through any stopped thread.
func (p *Process) poke(addr table.Addr, buf []byte) (n int, e unix.Errno) {
	tid := 0
	for _, t := range p.order {
		if t.held {
			tid = t.tid
			break
		}
	}
	if tid == 0 {
		return 0, unix.EIO
	}
	for n < len(buf) {
		at := addr + table.Addr(n)
		base := at &^ 7
		var w [8]byte
		if _, err := p.readRaw(base, w[:]); err != nil {
			return n, unix.EIO
		}
		m := copy(w[at-base:], buf[n:])
		if e := ptraceCall(reqPokeText, tid, uintptr(base), uintptr(binary.NativeEndian.Uint64(w[:]))); e != 0 {
			return n, e
		}
		n += m
	}
	return n, 0
}

// openMemory opens /proc/PID/mem. The file stays with the memory that the
// process had when it was opened, so exec needs a new one.
func (p *Process) openMemory() error {
	f, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", p.pid), os.O_RDWR, 0)
	if err != nil {
		return &Error{Op: "open memory", TID: p.pid, Err: err}
	}
	if p.mem != nil {
		p.mem.Close()
	}
	p.mem = f
	return nil
}

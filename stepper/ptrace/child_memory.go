//go:build linux && (amd64 || arm64)

package ptrace

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// ReadChild is ReadMemory of a stopped process that the program created (Children). It
// hides the breakpoints in that process's copy of the memory.
func (p *Process) ReadChild(pid int, addr table.Addr, buf []byte) (int, error) {
	ch, f, err := p.openChild(pid, "read memory")
	if err != nil {
		return 0, err
	}
	if f == nil {
		return p.ReadMemory(addr, buf)
	}
	defer f.Close()
	n, err := f.ReadAt(buf, int64(addr))
	for i := range ch.copied {
		if b := &ch.copied[i]; b.overlaps(addr, n) && b.copiedTo(f) {
			b.copyOver(addr, buf[:n], b.was)
		}
	}
	if n == len(buf) {
		return n, nil
	}
	return n, memoryError("read memory", pid, addr+table.Addr(n), err)
}

// WriteChild is WriteMemory of such a process. Bytes written under a copied breakpoint
// appear when the breakpoint is removed.
func (p *Process) WriteChild(pid int, addr table.Addr, data []byte) (int, error) {
	ch, f, err := p.openChild(pid, "write memory")
	if err != nil {
		return 0, err
	}
	if f == nil {
		return p.WriteMemory(addr, data)
	}
	defer f.Close()
	data = append([]byte(nil), data...)
	for i := range ch.copied {
		if b := &ch.copied[i]; b.overlaps(addr, len(data)) && b.copiedTo(f) {
			b.take(addr, data)
			b.copyOver(addr, data, trap)
		}
	}
	n, err := f.WriteAt(data, int64(addr))
	if n == len(data) {
		return n, nil
	}
	return n, memoryError("write memory", pid, addr+table.Addr(n), err)
}

// overlaps reports whether a breakpoint has bytes in [addr, addr+n).
func (b *point) overlaps(addr table.Addr, n int) bool {
	return b.at < addr+table.Addr(n) && addr < b.at+table.Addr(trapLen)
}

// copiedTo reports whether a breakpoint is in a child's memory too.
func (b *point) copiedTo(f *os.File) bool {
	var now [trapLen]byte
	_, err := f.ReadAt(now[:], int64(b.at))
	return err == nil && now == trap
}

// openChild opens a child's memory; the file is nil if that is the program's
// own memory.
func (p *Process) openChild(pid int, op string) (*child, *os.File, error) {
	ch := p.children[pid]
	if ch == nil || ch.dead {
		return nil, nil, &Error{Op: op, TID: pid, Err: unix.ESRCH}
	}
	if ch.vfork || ch.shares {
		return ch, nil, nil
	}
	f, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return nil, nil, &Error{Op: op, TID: pid, Err: err}
	}
	return ch, f, nil
}

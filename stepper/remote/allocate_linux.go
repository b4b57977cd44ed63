package remote

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// errAllInside: no thread can make a system call for the client.
var errAllInside = errors.New("every thread is inside a critical section")

// allocate answers lldb's packets for scratch memory in the program
// (lldb-gdb-remote.txt): _M SIZE,PERMISSIONS and _m ADDR. lldb sends them
// before it evaluates anything, a breakpoint's condition included. Without an
// answer it calls mmap in the thread that stopped, which is not possible inside
// a section; then it carries on, and leaves the arguments of mmap in the
// thread's registers.
//
// A thread outside all sections makes the call: to the kernel, a thread in a
// section would leave the section and lose it.
func (c *client) allocate(args string) (string, error) {
	if c.delve() || args == "" {
		return unsupported, nil
	}
	switch args[0] {
	case 'M':
		size, permissions, _ := strings.Cut(args[1:], ",")
		length, ok := number(size)
		if !ok || length == 0 {
			return "", errSyntax
		}
		addr, err := c.syscall(c.p.engine.Target().Arch().Calls.Mmap, 0, length, protection(permissions), unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, ^uint64(0), 0)
		if err != nil {
			return "", err
		}
		if c.p.owned == nil {
			c.p.owned = map[uint64]uint64{}
		}
		c.p.owned[uint64(addr)] = length
		return fmt.Sprintf("%x", addr), nil
	case 'm':
		addr, ok := number(args[1:])
		if length := c.p.owned[addr]; ok && length > 0 {
			delete(c.p.owned, addr)
			_, err := c.syscall(c.p.engine.Target().Arch().Calls.Munmap, addr, length)
			return done(err)
		}
		return "", errSyntax
	}
	return unsupported, nil
}

// syscall makes a system call in the program. A negative result is returned as
// an errno error.
func (c *client) syscall(nr uint64, args ...uint64) (int64, error) {
	for _, t := range c.p.engine.Threads() {
		if t.Rseq.Live || t.Rseq.Armed != 0 {
			continue
		}
		result, err := c.p.engine.Target().Syscall(t.TID, nr, args...)
		delete(c.files, t.TID)
		if err == nil && result < 0 && result > -4096 { // MAX_ERRNO, linux/err.h
			err = unix.Errno(-result)
		}
		return result, err
	}
	return 0, errAllInside
}

// protection converts a set of "r", "w" and "x" to mmap(2)'s bits.
func protection(permissions string) (prot uint64) {
	for letter, bit := range map[string]uint64{"r": unix.PROT_READ, "w": unix.PROT_WRITE, "x": unix.PROT_EXEC} {
		if strings.Contains(permissions, letter) {
			prot |= bit
		}
	}
	return prot
}

//go:build linux

package ptrace

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// syscallGate finds a syscall instruction in the program: in the vDSO, which
// nearly every process has and whose fallbacks use it, else in any other code.
// Bytes in the middle of another instruction serve as well, since the thread is
// stopped right after them.
func (p *Process) syscallGate(t *thread) (table.Addr, error) {
	if p.gate != 0 {
		var b [2]byte
		if _, err := p.readRaw(p.gate, b[:]); err == nil && string(b[:]) == opSyscall {
			return p.gate, nil
		}
		p.gate = 0 // unmapped, or a breakpoint is on it now
	}
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/maps", p.pid, t.tid)) // the leader's is empty once it has ended
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = unix.ESRCH
		}
		return 0, &Error{Op: "find a syscall instruction", TID: p.pid, Err: err}
	}
	if len(maps) == 0 {
		return 0, p.fail(t, "find a syscall instruction", unix.ESRCH) // killed: its memory is gone already
	}
	code := codeMappings(string(maps))
	for _, r := range code {
		if at, ok := p.searchCode(r[0], r[1]); ok {
			p.gate = at
			return at, nil
		}
	}
	return 0, &Error{Op: "find a syscall instruction", TID: p.pid,
		Err: fmt.Errorf("%w: none of the program's %d code mappings has one", ErrNotSupported, len(code))}
}

// codeMappings returns the executable mappings of /proc/PID/maps, the vDSO
// first. See proc_pid_maps(5). vsyscall is left out: it is emulated, not executed.
func codeMappings(maps string) [][2]table.Addr {
	var code [][2]table.Addr
	for line := range strings.SplitSeq(maps, "\n") {
		var low, high uint64
		var perms string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &low, &high, &perms); n != 3 || !strings.Contains(perms, "x") {
			continue
		}
		switch r := [2]table.Addr{table.Addr(low), table.Addr(high)}; {
		case strings.HasSuffix(line, "[vsyscall]"):
		case strings.HasSuffix(line, "[vdso]"):
			code = append([][2]table.Addr{r}, code...)
		default:
			code = append(code, r)
		}
	}
	return code
}

// searchCode looks for the instruction in [low, high), a piece at a time; the
// pieces overlap by a byte.
func (p *Process) searchCode(low, high table.Addr) (table.Addr, bool) {
	buf := make([]byte, 64<<10)
	for at := low; at < high; {
		n, err := p.readRaw(at, buf[:min(uint64(len(buf)), uint64(high-at))])
		if i := bytes.Index(buf[:n], []byte(opSyscall)); i >= 0 {
			return at + table.Addr(i), true
		}
		if err != nil || n < 2 {
			return 0, false
		}
		at += table.Addr(n)
		if at < high {
			at--
		}
	}
	return 0, false
}

//go:build linux && (amd64 || arm64)

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

// findCode finds the bytes of an instruction in the program's code: in the vDSO, which
// nearly every process has and whose fallbacks make system calls, else in any other code.
// On x86-64, bytes in the middle of another instruction serve as well, because the thread stops
// right after them. known caches the address.
func (p *Process) findCode(t *thread, known *table.Addr, code, what string) (table.Addr, error) {
	if *known != 0 {
		b := make([]byte, len(code))
		if _, err := p.readRaw(*known, b); err == nil && string(b) == code {
			return *known, nil
		}
		*known = 0 // unmapped, or it has a breakpoint now
	}
	op := "find " + what
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/maps", t.tid, t.tid)) // the leader's is empty after it has ended
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = unix.ESRCH
		}
		return 0, &Error{Op: op, TID: p.pid, Err: err}
	}
	if len(maps) == 0 {
		return 0, p.fail(t, op, unix.ESRCH) // killed: its memory is gone
	}
	mappings := codeMappings(string(maps))
	for _, r := range mappings {
		if at, ok := p.searchCode(r, code); ok {
			*known = at
			return at, nil
		}
	}
	return 0, &Error{Op: op, TID: p.pid,
		Err: fmt.Errorf("%w: none of the program's %d code mappings has one", ErrNotSupported, len(mappings))}
}

// codeMapping is an executable mapping. The vDSO has no critical sections.
type codeMapping struct {
	low, high table.Addr
	vdso      bool
}

// codeMappings returns the executable mappings of /proc/PID/maps, the vDSO first. See
// proc_pid_maps(5). vsyscall is omitted: the kernel emulates it, nothing executes it.
func codeMappings(maps string) (code []codeMapping) {
	for line := range strings.SplitSeq(maps, "\n") {
		var low, high uint64
		var perms string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &low, &high, &perms); n != 3 || !strings.Contains(perms, "x") {
			continue
		}
		r := codeMapping{low: table.Addr(low), high: table.Addr(high), vdso: strings.HasSuffix(line, "[vdso]")}
		switch {
		case strings.HasSuffix(line, "[vsyscall]"):
		case r.vdso:
			code = append([]codeMapping{r}, code...)
		default:
			code = append(code, r)
		}
	}
	return code
}

// searchCode searches a mapping for the bytes of an instruction, one piece at a
// time; the pieces overlap by one byte less than the instruction has.
func (p *Process) searchCode(m codeMapping, code string) (table.Addr, bool) {
	buf := make([]byte, 64<<10)
	for at := m.low; at < m.high; {
		n, err := p.readRaw(at, buf[:min(uint64(len(buf)), uint64(m.high-at))])
		if i := indexCode(buf[:n], code); i >= 0 {
			return at + table.Addr(i), true
		}
		if err != nil || n < len(code) {
			return 0, false
		}
		at += table.Addr(n)
		if at < m.high {
			at -= table.Addr(len(code) - 1)
			at -= at % opAlign
		}
	}
	return 0, false
}

// indexCode finds an instruction in code that begins where an instruction can begin; -1: there is none.
func indexCode(buf []byte, code string) int {
	for from := 0; ; {
		i := bytes.Index(buf[from:], []byte(code))
		switch {
		case i < 0:
			return -1
		case (from+i)%opAlign == 0:
			return from + i
		}
		from += i + 1
	}
}

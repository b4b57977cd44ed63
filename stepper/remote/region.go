package remote

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// region describes the mapping around an address (proc_pid_maps(5)), or the
// gap. Clients that write a dump read everything that has the permission r.
func (c *client) region(args string) (string, error) {
	addr, ok := number(args)
	if !ok {
		return "", errSyntax
	}
	maps, err := os.ReadFile(procFile(tracee.ProcID(c.p.target), "maps"))
	if err != nil {
		return "", err
	}
	end := uint64(0)
	for _, line := range strings.Split(string(maps), "\n") {
		m, ok := parseMapping(line)
		if !ok {
			continue
		}
		if m.high <= addr {
			end = m.high
			continue
		}
		if m.low > addr {
			return fmt.Sprintf("start:%x;size:%x;", end, m.low-end), nil
		}
		perms := strings.ReplaceAll(m.perms, "-", "")
		if !m.plain() && c.unreadable(m) {
			perms = ""
		}
		out := fmt.Sprintf("start:%x;size:%x;permissions:%s;", m.low, m.high-m.low, perms)
		if m.name != "" {
			out += "name:" + toHex(m.name) + ";"
		}
		return out, nil
	}
	return fmt.Sprintf("start:%x;size:%x;", end, ^uint64(0)-end), nil
}

// mapping is a line of /proc/PID/maps, or the first one of a mapping in smaps.
type mapping struct {
	low, high uint64
	perms     string // "rwx", each or "-"
	name      string // "" for anonymous memory
}

func parseMapping(line string) (m mapping, ok bool) {
	f := strings.Fields(line)
	if len(f) < 5 || len(f[1]) < 3 {
		return mapping{}, false
	}
	m = mapping{perms: f[1][:3], name: strings.Join(f[5:], " ")}
	m.low, m.high, ok = two(f[0], "-")
	return m, ok
}

// plain reports whether a mapping is certainly one of memory: anonymous, or of a
// file that is no device.
func (m mapping) plain() bool {
	for _, prefix := range []string{"/dev/", "/proc/", "/sys/", "anon_inode:", "["} {
		if strings.HasPrefix(m.name, prefix) {
			return m.name == "[heap]" || m.name == "[stack]" || strings.HasPrefix(m.name, "[anon:")
		}
	}
	return true
}

// unreadable reports whether ptrace cannot read a mapping that the program can: the
// kernel refuses those with VM_IO or VM_PFNMAP (check_vma_flags, mm/gup.c), which smaps
// shows as io and pf (proc_pid_smaps(5), VmFlags). Reading a byte to find out could be an
// access to a device, or wait for a userfaultfd(2). For the vDSO's data a read decides:
// Linux 7.3 has neither flag for [vvar] ("mm" instead) and still refuses to read it
// (tried on 7.3.4).
func (c *client) unreadable(m mapping) bool {
	if strings.HasPrefix(m.name, "[vvar") {
		var b [1]byte
		n, _ := c.p.target.ReadMemory(table.Addr(m.low), b[:])
		return n == 0
	}
	smaps, err := os.ReadFile(procFile(tracee.ProcID(c.p.target), "smaps"))
	if err != nil {
		return false // without CONFIG_PROC_PAGE_MONITOR there are no flags
	}
	inside := false
	for line := range strings.Lines(string(smaps)) {
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok {
			if inside {
				f := strings.Fields(flags)
				return slices.Contains(f, "io") || slices.Contains(f, "pf")
			}
		} else if next, ok := parseMapping(line); ok {
			inside = next.low == m.low
		}
	}
	return false
}

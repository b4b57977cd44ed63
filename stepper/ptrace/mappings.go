//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// mapping is what is needed of one line of /proc/PID/maps.
type mapping struct {
	low, high table.Addr
	write     bool
}

// mappings finds the mapping that covers an address. The zero value is ready.
// Call forget at an exec, because the open file stays with the old memory.
type mappings struct {
	file *os.File
	slow bool // the kernel has no PROCMAP_QUERY: read the whole text
}

const (
	querySize     = 104                                 // sizeof(struct procmap_query)
	procmapQuery  = 3<<30 | querySize<<16 | 'f'<<8 | 17 // PROCMAP_QUERY: _IOWR('f', 17, struct procmap_query)
	queryStart    = 24                                  // offsets in it
	queryEnd      = 32
	queryFlags    = 40
	queryWritable = 2 // PROCMAP_QUERY_VMA_WRITABLE
)

// find returns the mapping that covers addr. tid is any live thread of the
// process.
func (m *mappings) find(tid int, addr table.Addr) (mapping, error) {
	fail := func(err error) (mapping, error) {
		return mapping{}, &Error{Op: "find mapping", TID: tid, Err: fmt.Errorf("at %v: %w", addr, err)}
	}
	if !m.slow {
		if m.file == nil {
			f, err := os.Open(fmt.Sprintf("/proc/%d/maps", tid))
			if err != nil {
				return fail(err)
			}
			m.file = f
		}
		q := encodeQuery(addr)
		switch e := ioctl(int(m.file.Fd()), procmapQuery, q[:]); e {
		case 0:
			word := func(at int) uint64 { return binary.NativeEndian.Uint64(q[at:]) }
			return mapping{table.Addr(word(queryStart)), table.Addr(word(queryEnd)), word(queryFlags)&queryWritable != 0}, nil
		case unix.ENOTTY, unix.EINVAL:
			m.slow = true
		case unix.ENOENT:
			return fail(unix.EFAULT)
		default:
			return fail(e)
		}
	}
	// Opened each time: unlike the query, reading fails after the thread that the file
	// was opened for has ended (m_start, fs/proc/task_mmu.c).
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", tid))
	if err != nil {
		return fail(err)
	}
	if found, ok := findMapping(string(text), addr); ok {
		return found, nil
	}
	return fail(unix.EFAULT)
}

// findMapping looks an address up in the text of /proc/PID/maps. See proc_pid_maps(5).
func findMapping(maps string, addr table.Addr) (mapping, bool) {
	for line := range strings.SplitSeq(maps, "\n") {
		var low, high uint64
		var perms string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &low, &high, &perms); n == 3 && uint64(addr)-low < high-low {
			return mapping{table.Addr(low), table.Addr(high), strings.Contains(perms, "w")}, true
		}
	}
	return mapping{}, false
}

// forget closes the file.
func (m *mappings) forget() {
	if m.file != nil {
		m.file.Close()
	}
	m.file = nil
}

// encodeQuery is a struct procmap_query (include/uapi/linux/fs.h, since Linux
// 6.11) that asks for the mapping that covers addr.
func encodeQuery(addr table.Addr) (q [querySize]byte) {
	binary.NativeEndian.PutUint64(q[0:], querySize)
	binary.NativeEndian.PutUint64(q[16:], uint64(addr))
	return q
}

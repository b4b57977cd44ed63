package table

import (
	"fmt"
	"os"
)

// Code is one executable mapping of a process.
type Code struct {
	Low, High Addr
	Offset    uint64 // in the file, bytes
	Inode     uint64 // 0: no file
	Path      string // as proc_pid_maps(5) has it, without " (deleted)"
}

// ReadCode lists the executable mappings of a process, from /proc/PID/maps.
func ReadCode(pid int) ([]Code, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := parseMaps(f)
	var out []Code
	for _, m := range all {
		if m.executable {
			out = append(out, Code{Low: m.low, High: m.high, Offset: m.offset, Inode: m.inode, Path: m.path})
		}
	}
	return out, err
}

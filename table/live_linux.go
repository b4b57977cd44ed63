package table

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// ErrNoMemory: the process has no memory mapped; it is a kernel thread, or has ended.
var ErrNoMemory = errors.New("no memory mapped")

// Cache keeps parsed files, so that reading the modules of a process again
// after each dlopen is cheap. It is not safe for concurrent use. The zero Cache
// is empty.
type Cache struct {
	files map[fileKey]*parsed
}

// fileKey identifies one state of one file.
type fileKey struct {
	path       string
	dev, inode uint64
	size       int64
	mtime      int64 // nanoseconds
}

type parsed struct {
	file *File
	err  error
}

// ReadModules is Cache.ReadModules with a new Cache.
func ReadModules(pid int, mem Memory) ([]*Module, error) {
	var c Cache
	return c.ReadModules(pid, mem)
}

// ReadModules lists the ELF files that a process has loaded, sorted by address:
// those with an executable mapping, the program's own file, and the vDSO, whose
// image is read through mem, or from /proc/PID/mem if mem is nil. It reads
// /proc only and needs no ptrace attachment; a file that cannot be read is a
// Module with Err set, not an error.
func (c *Cache) ReadModules(pid int, mem Memory) ([]*Module, error) {
	p := &process{dir: filepath.Join("/proc", strconv.Itoa(pid)), cache: c, mem: mem}
	if p.mem == nil {
		p.mem = procMem(filepath.Join(p.dir, "mem"))
	}
	f, err := os.Open(filepath.Join(p.dir, "maps"))
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	defer f.Close()
	if p.maps, err = parseMaps(f); err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	if len(p.maps) == 0 {
		return nil, fmt.Errorf("process %d: %w", pid, ErrNoMemory)
	}
	return p.modules(), nil
}

// Mapping is a range of a process's memory.
type Mapping struct {
	Path       string // of its file; "[heap]", "[stack]"; "" for anonymous memory
	Executable bool
}

// ReadMapping finds the mapping of an address in a process; ok is false if there is none, or if it
// cannot be read.
func ReadMapping(pid int, a Addr) (m Mapping, ok bool) {
	f, err := os.Open(filepath.Join("/proc", strconv.Itoa(pid), "maps"))
	if err != nil {
		return Mapping{}, false
	}
	defer f.Close()
	maps, err := parseMaps(f)
	if err != nil {
		return Mapping{}, false
	}
	for n := range maps {
		if m := &maps[n]; uint64(a-m.low) < m.size() {
			return Mapping{Path: m.path, Executable: m.executable}, true
		}
	}
	return Mapping{}, false
}

// parse parses the file found at path, known as name, unless it has not changed
// since the last time.
func (c *Cache) parse(path, name string, id fileID) (*File, error) {
	key := fileKey{name, id.dev, id.inode, id.size, id.mtime}
	if have, ok := c.files[key]; ok {
		return have.file, have.err
	}
	f, err := open(path, name)
	if c.files == nil {
		c.files = make(map[fileKey]*parsed)
	}
	c.files[key] = &parsed{f, err}
	return f, err
}

// procMem reads a process through its /proc/PID/mem file.
type procMem string

func (m procMem) ReadMemory(addr Addr, p []byte) (int, error) {
	f, err := os.Open(string(m))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(p, int64(addr))
}

// maxVDSO is the largest vDSO read, in bytes. Current ones have 2 to 4 pages.
const maxVDSO = 1 << 20

// ReadVDSO reads the vDSO's image, which is mapped at [low, high).
func ReadVDSO(mem Memory, low, high Addr) *Module {
	mod := &Module{Path: "[vdso]", Low: low, High: high}
	b := make([]byte, min(uint64(high-low), maxVDSO))
	if _, err := mem.ReadMemory(low, b); err != nil {
		mod.Err = fmt.Errorf("reading the vDSO at %v: %w", low, err)
		return mod
	}
	if mod.File, mod.Err = Parse(bytes.NewReader(b)); mod.Err != nil {
		return mod
	}
	mod.File.Path = mod.Path
	if bias, ok := mod.File.Bias(low, 0, uint64(high-low), true); ok {
		mod.Bias = bias
	}
	return mod
}

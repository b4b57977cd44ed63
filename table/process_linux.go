package table

import (
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// process is the state of one ReadModules.
type process struct {
	dir   string // /proc/PID
	cache *Cache
	mem   Memory
	maps  []mapping
}

// mappedFile is a file and every mapping of it.
type mappedFile struct {
	path    string
	deleted bool
	inode   uint64
	main    bool // the program's own file
	maps    []*mapping
}

// modules converts the mappings to modules, sorted by address.
func (p *process) modules() []*Module {
	var modules []*Module
	for _, f := range p.files() {
		file, err := p.open(f)
		if err != nil {
			if !errors.Is(err, ErrNotELF) {
				modules = append(modules, f.module(nil, 0, err))
			}
			continue
		}
		for _, bias := range p.biases(f, file) {
			modules = append(modules, f.module(file, bias, nil))
		}
	}
	for i := range p.maps {
		if p.maps[i].path == "[vdso]" {
			modules = append(modules, ReadVDSO(p.mem, p.maps[i].low, p.maps[i].high))
		}
	}
	slices.SortStableFunc(modules, func(a, b *Module) int { return cmp.Compare(a.Low, b.Low) })
	return modules
}

// files groups the mappings by file: files with an executable mapping, and the
// program itself, whose text may have been moved to anonymous memory (huge
// pages).
func (p *process) files() []*mappedFile {
	exe, _ := os.Readlink(filepath.Join(p.dir, "exe"))
	exe = strings.TrimSuffix(exe, " (deleted)")
	type id struct {
		dev, path string
		inode     uint64
	}
	byID := make(map[id]*mappedFile)
	var files []*mappedFile
	for i := range p.maps {
		m := &p.maps[i]
		if !m.isFile() {
			continue
		}
		key := id{m.dev, m.path, m.inode}
		f := byID[key]
		if f == nil {
			f = &mappedFile{path: m.path, deleted: m.deleted, inode: m.inode, main: m.path == exe}
			byID[key] = f
			files = append(files, f)
		}
		f.maps = append(f.maps, m)
	}
	return slices.DeleteFunc(files, func(f *mappedFile) bool {
		return !f.main && !slices.ContainsFunc(f.maps, func(m *mapping) bool { return m.executable })
	})
}

// module is the file at one bias. Its extent is that of its segments, which
// includes memory that is not mapped from the file (.bss); without segments it
// is that of its mappings.
func (f *mappedFile) module(file *File, bias Addr, err error) *Module {
	if file == nil {
		return &Module{Path: f.path, Bias: bias, Low: f.maps[0].low, High: f.maps[len(f.maps)-1].high, Err: err}
	}
	return file.At(f.path, bias, f.maps[0].low, f.maps[len(f.maps)-1].high)
}

// biases finds the addresses where the file was loaded: one, or several if it
// was loaded into several namespaces (dlmopen). A file that was only mapped has
// none.
func (p *process) biases(f *mappedFile, file *File) []Addr {
	var biases []Addr
	for _, m := range f.maps {
		if !m.executable {
			continue
		}
		if bias, ok := file.Bias(m.low, m.offset, m.size(), true); ok && !slices.Contains(biases, bias) {
			biases = append(biases, bias)
		}
	}
	if len(biases) == 0 && f.main {
		if entry, ok := p.auxv(file)[auxEntry]; ok {
			biases = append(biases, Addr(entry-uint64(file.Entry)))
		}
	}
	return biases
}

// auxEntry is AT_ENTRY, the process address of the program's entry point. See getauxval(3).
const auxEntry = 9

// auxv reads the process's auxiliary vector: pairs of words of the program's
// own class, up to a zero key.
func (p *process) auxv(f *File) map[uint64]uint64 {
	b, err := os.ReadFile(filepath.Join(p.dir, "auxv"))
	if err != nil {
		return nil
	}
	values := make(map[uint64]uint64)
	c := cursor{b: b, order: f.ByteOrder, wide: f.Class == elf.ELFCLASS64}
	pair := 8
	if c.wide {
		pair = 16
	}
	for len(c.b) >= pair {
		k := c.word()
		values[k] = c.word()
		if k == 0 {
			break
		}
	}
	return values
}

// fileID distinguishes a file from another with the same path.
type fileID struct {
	dev, inode uint64
	size       int64
	mtime      int64 // nanoseconds
}

func identify(path string) (fileID, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return fileID{}, err
	}
	id := fileID{size: fi.Size(), mtime: fi.ModTime().UnixNano()}
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		id.dev, id.inode = uint64(st.Dev), st.Ino
	}
	return id, nil
}

// open parses a mapped file by the first way that works: its path as the
// process sees it, its path here, or /proc's links to the file itself. A path
// that leads to another inode is the last resort (some overlay file systems
// show two inode numbers for one file), and is never used if the mapped file is
// deleted.
func (p *process) open(f *mappedFile) (*File, error) {
	paths := []string{filepath.Join(p.dir, "root") + f.path, f.path}
	var direct []string
	if f.main {
		direct = append(direct, filepath.Join(p.dir, "exe"))
	}
	for _, m := range f.maps {
		direct = append(direct, filepath.Join(p.dir, "map_files", fmt.Sprintf("%x-%x", uint64(m.low), uint64(m.high))))
	}
	var errs []error
	try := func(paths []string, other bool) (file *File, done bool, err error) {
		for _, path := range paths {
			id, err := identify(path)
			if err == nil && !other && id.inode != f.inode {
				err = fmt.Errorf("%s is another file now", path)
			}
			if err == nil {
				file, err = p.cache.parse(path, f.path, id)
				if !errors.Is(err, os.ErrPermission) && !errors.Is(err, os.ErrNotExist) {
					return file, true, err
				}
			}
			errs = append(errs, err)
		}
		return nil, false, nil
	}
	if file, done, err := try(paths, false); done {
		return file, err
	}
	if file, done, err := try(direct, true); done {
		return file, err
	}
	if !f.deleted {
		if file, done, err := try(paths, true); done {
			return file, err
		}
	}
	return nil, errors.Join(errs...)
}

package symbols

import (
	"fmt"
	"io"
	"os"
	"sort"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Options tell a Set where to find files.
type Options struct {
	// Open returns a module's ELF image, for modules that are no file ("[vdso]") or have
	// another path. Nil, or a result of (nil, nil), means the file at the module's path.
	// The Set closes a reader that is an io.Closer when it no longer needs it.
	Open func(*table.Module) (io.ReaderAt, error)
	// DebugDirs are searched for separate debug files; nil means DefaultDebugDir.
	DebugDirs []string
	// Memory reads the process; nil: there is none, or its GOT is not needed.
	Memory machine.Memory
	// Warn receives, as a sentence, what is unavailable of a module's debug information;
	// nil: no warnings.
	Warn func(string)
}

// Set is the symbols of a process: of all its modules. It implements
// stepper.Symbols. It is not safe for concurrent use.
type Set struct {
	opts    Options
	modules []*Module // by Low
	byOrder []*Module // in the order of the process
	images  map[string]*cachedImage
	problem map[string]error // why a module's file could not be read, by path
	source  sourceCache
}

var _ stepper.Symbols = (*Set)(nil)

// cachedImage is an image with the file's os.FileInfo when it was opened.
type cachedImage struct {
	img  *image
	info os.FileInfo // nil if Options.Open opened it
	used bool
}

// New makes a Set without modules; Reload sets them.
func New(opts Options) *Set {
	if opts.DebugDirs == nil {
		opts.DebugDirs = []string{DefaultDebugDir}
	}
	return &Set{opts: opts, images: map[string]*cachedImage{}, problem: map[string]error{}}
}

// Reload sets the process's modules. It does not read unchanged files again; an
// unreadable file gives a module without symbols (Problem returns the reason).
func (s *Set) Reload(modules []*table.Module) {
	for _, c := range s.images {
		c.used = false
	}
	before := s.byOrder
	s.modules, s.byOrder, s.problem = nil, nil, map[string]error{}
	for _, tm := range modules {
		img, err := s.image(tm)
		if err != nil {
			s.problem[tm.Path] = err
			continue
		}
		m := &Module{Module: *tm, img: img}
		for _, old := range before {
			if old.img == img && old.Bias == tm.Bias && old.Low == tm.Low && old.High == tm.High {
				m = old // what other packages cache by module stays valid
				m.Module = *tm
			}
		}
		s.byOrder = append(s.byOrder, m)
	}
	s.modules = append(s.modules, s.byOrder...)
	sort.SliceStable(s.modules, func(i, j int) bool { return s.modules[i].Low < s.modules[j].Low })
	for key, c := range s.images {
		if !c.used {
			c.img.close()
			delete(s.images, key)
		}
	}
}

// Close closes the files and forgets the modules, for a process that has ended. The
// garbage collector alone would keep them open while several more processes run.
func (s *Set) Close() { s.Reload(nil) }

// Problem is why the file of a module could not be read, nil if it could.
func (s *Set) Problem(path string) error { return s.problem[path] }

// image opens a module's file, or returns the opened one.
func (s *Set) image(tm *table.Module) (*image, error) {
	key := tm.Path
	if s.opts.Open != nil {
		if c := s.images[key]; c != nil && c.info == nil {
			c.used = true
			return c.img, nil
		}
		r, err := s.opts.Open(tm)
		if err != nil {
			return nil, err
		}
		if r != nil {
			return s.keep(key, tm.Path, r, nil)
		}
	}
	r, err := os.Open(tm.Path)
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err != nil {
		r.Close()
		return nil, err
	}
	if c := s.images[key]; c != nil && c.info != nil {
		if os.SameFile(c.info, info) && c.info.ModTime().Equal(info.ModTime()) && c.info.Size() == info.Size() {
			r.Close()
			c.used = true
			return c.img, nil
		}
		c.img.close()
		delete(s.images, key)
	}
	if !info.Mode().IsRegular() {
		r.Close()
		return nil, fmt.Errorf("%s: not a regular file", tm.Path)
	}
	return s.keep(key, tm.Path, r, info)
}

func (s *Set) keep(key, path string, r io.ReaderAt, info os.FileInfo) (*image, error) {
	f, err := openELF(path, r)
	if err != nil {
		if c, ok := r.(io.Closer); ok {
			c.Close()
		}
		return nil, err
	}
	c := &cachedImage{img: newImage(path, f, s.opts.DebugDirs), info: info, used: true}
	c.img.warning = s.opts.Warn
	s.images[key] = c
	return c.img, nil
}

// Module is the module that contains pc, nil if none does.
func (s *Set) Module(pc table.Addr) *Module {
	i := sort.Search(len(s.modules), func(i int) bool { return s.modules[i].Low > pc }) - 1
	if i >= 0 && pc < s.modules[i].High {
		return s.modules[i]
	}
	return nil
}

// Modules is every module whose file could be read, in the order of the
// process.
func (s *Set) Modules() []*Module { return s.byOrder }

// HasDWARF reports whether the module has debug information, without reading it.
func (m *Module) HasDWARF() bool { return m.img.dwarfFile() != nil }

// Inlines implements stepper.Symbols.
func (s *Set) Inlines(pc table.Addr) (depth, entering int) {
	m := s.Module(pc)
	if m == nil {
		return 0, 0
	}
	for i, scope := range m.Scopes(pc) {
		if i == 0 || !scope.isInlined() {
			continue
		}
		depth++
		if entering++; scope.entry != m.file(pc) {
			entering = 0
		}
	}
	return depth, entering
}

// Line implements stepper.Symbols.
func (s *Set) Line(pc table.Addr, depth int) (stepper.Line, bool) {
	m := s.Module(pc)
	if m == nil {
		return stepper.Line{}, false
	}
	file, line, ok := m.img.lineAt(m.file(pc), depth)
	return stepper.Line{File: file, Line: line}, ok
}

// LineStart implements stepper.Symbols.
func (s *Set) LineStart(pc table.Addr, depth int) bool {
	m := s.Module(pc)
	return m != nil && m.img.lineStart(m.file(pc), depth)
}

// LineRanges implements stepper.Symbols. Rows of line 0 inside the function
// count as part of any line.
func (s *Set) LineRanges(pc table.Addr, depth int) []stepper.Range {
	m := s.Module(pc)
	if m == nil {
		return nil
	}
	return m.places(m.img.lineRanges(m.file(pc), depth))
}

// Statements implements stepper.Symbols.
func (s *Set) Statements(r stepper.Range) []table.Addr {
	m := s.Module(r.Low)
	if m == nil {
		return nil
	}
	part := span{m.file(r.Low), m.file(r.High)}
	u := m.img.unitAt(part.lo)
	if u == nil {
		return nil
	}
	var starts []table.Addr
	for _, row := range u.lineTable().rowsIn(part) {
		if row.addr >= part.lo {
			starts = append(starts, m.process(row.addr))
		}
	}
	return starts
}

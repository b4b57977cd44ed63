package corefile

import (
	"cmp"
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rseqstep/table"
)

// main is the mapping of the program's own file: the one that contains the entry point,
// or the program headers if the text is in anonymous memory (huge pages); nil if unknown.
func (p *Process) main() *Mapping {
	if m := p.mappingAt(table.Addr(p.auxiliary(auxEntry))); m != nil {
		return m
	}
	return p.mappingAt(table.Addr(p.auxiliary(auxHeaders)))
}

// findProgram determines the program's file: the one named by the user, else the mapped
// one, else, in a core without a list of mapped files, the first argument.
func (p *Process) findProgram(given string) {
	m := p.main()
	p.program, p.given = given, given != ""
	switch first, _, _ := strings.Cut(p.info.Args, " "); {
	case p.given:
		if !p.matches(given) {
			p.warn("core file may not match specified executable file.") // gdb's words
		}
	case m != nil:
		p.program = plain(m.Path)
	case first != "":
		if fi, err := os.Stat(first); err == nil && fi.Mode().IsRegular() {
			p.program = first
		}
	}
}

// matches reports whether a file may be the program: by the build ID, else by its name.
func (p *Process) matches(path string) bool {
	if m := p.main(); m != nil {
		if id := buildID(p.beginning(m.Path)); id != "" {
			f, err := table.Open(path)
			return err == nil && f.BuildID == id
		}
	}
	const most = 15 // bytes of the name that the kernel keeps, TASK_COMM_LEN without the zero byte
	name := filepath.Base(path)
	return p.info.Name == "" || name[:min(len(name), most)] == p.info.Name
}

// maxVDSO is the largest vDSO that is accepted, in bytes, because readers of its image
// read all of it. Current ones have 2 to 4 pages.
const maxVDSO = 1 << 20

// Modules are the ELF files that the process had loaded, by address: those with an
// executable mapping, the program's own, and the vDSO.
func (p *Process) Modules() ([]*table.Module, error) { return p.modules, nil }

func (p *Process) readModules() {
	byPath := map[string][]*Mapping{}
	var paths []string
	for i := range p.files {
		m := &p.files[i]
		if byPath[m.Path] == nil {
			paths = append(paths, m.Path)
		}
		byPath[m.Path] = append(byPath[m.Path], m)
	}
	main := p.main()
	for _, path := range paths {
		p.addModule(path, byPath[path], main != nil && main.Path == path)
	}
	if main == nil && p.program != "" {
		p.addUnlisted()
	}
	if low := table.Addr(p.auxiliary(auxVDSO)); low != 0 {
		if s := p.segmentAt(low); s != nil {
			p.modules = append(p.modules, table.ReadVDSO(p, low, low+min(s.high-low, maxVDSO)))
		}
	}
	slices.SortStableFunc(p.modules, func(a, b *table.Module) int { return cmp.Compare(a.Low, b.Low) })
	if len(p.files) == 0 {
		p.warn("the core file does not list the files that were mapped (NT_FILE): the shared libraries are not known")
	}
}

// executable reports whether a mapping could be executed. A mapping without a program
// header in the core (gdb omits what it does not dump) counts as executable.
func (p *Process) executable(m *Mapping) bool {
	s := p.segmentAt(m.Low)
	return s == nil || s.executable
}

// addModule adds the modules formed by the mappings of one file: one, or more if it was
// loaded into several namespaces (dlmopen).
func (p *Process) addModule(path string, maps []*Mapping, main bool) {
	if !main && !slices.ContainsFunc(maps, p.executable) {
		return
	}
	f := p.mapped(path)
	low, high := maps[0].Low, maps[len(maps)-1].High
	if f.err != nil {
		p.modules = append(p.modules, &table.Module{Path: f.path, Low: low, High: high, Err: f.err})
		p.warn("%v", f.err)
		return
	}
	if f.elf == nil {
		return // data
	}
	var biases []table.Addr
	for _, m := range maps {
		if !p.executable(m) {
			continue
		}
		if bias, ok := f.elf.Bias(m.Low, m.Offset, uint64(m.High-m.Low), true); ok && !slices.Contains(biases, bias) {
			biases = append(biases, bias)
		}
	}
	if len(biases) == 0 && main {
		biases = append(biases, table.Addr(p.auxiliary(auxEntry)-uint64(f.elf.Entry)))
	}
	for _, bias := range biases {
		p.modules = append(p.modules, f.elf.At(f.path, bias, low, high))
	}
}

// addUnlisted adds the program of a core without a list of mapped files.
func (p *Process) addUnlisted() {
	f, err := table.Open(p.program)
	entry := p.auxiliary(auxEntry)
	if err != nil || entry == 0 && f.Type != elf.ET_EXEC {
		return
	}
	bias := table.Addr(0)
	if f.Type != elf.ET_EXEC {
		bias = table.Addr(entry - uint64(f.Entry))
	}
	low, high := f.Extent()
	p.modules = append(p.modules, f.At(p.program, bias, table.Addr(low)+bias, table.Addr(high)+bias))
}

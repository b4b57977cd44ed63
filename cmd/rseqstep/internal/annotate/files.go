package annotate

import (
	"rseqstep/page"
	"rseqstep/table"
)

// Files are the files of a page, each opened once. Close it.
type Files struct{ opened map[string]*File }

// NewFiles returns Files that has opened nothing yet.
func NewFiles() *Files { return &Files{opened: map[string]*File{}} }

// Close closes the files.
func (f *Files) Close() {
	for _, one := range f.opened {
		if one != nil {
			one.Close()
		}
	}
}

// Open opens a file. nil: it cannot be read, or declares no section.
func (f *Files) Open(path string) *File {
	one, known := f.opened[path]
	if !known {
		if t, err := table.Open(path); err == nil && len(t.Sections) > 0 {
			one, _ = OpenFile(t)
		}
		f.opened[path] = one
	}
	return one
}

// Find returns the section of a file that has that code, nil if the file declares none or cannot be
// read.
func (f *Files) Find(path string, start table.FileAddr, length uint64) *table.Placed {
	one := f.Open(path)
	if one == nil {
		return nil
	}
	for _, p := range one.All() {
		if table.FileAddr(p.Start) == start && uint64(p.End-p.Start) == length {
			return p
		}
	}
	return nil
}

// Section is what a page shows of a section that Find or All has returned.
func (f *Files) Section(p *table.Placed) page.Section { return f.Open(p.Module.Path).Section(p) }

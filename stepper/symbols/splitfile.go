package symbols

import (
	"os"
	"path/filepath"
	"strings"
)

// splitFiles are the sources of an image's split units.
type splitFiles struct {
	missing bool                         // the user has been warned that one is missing
	read    map[string]map[string][]byte // sections of .dwo files, by path; nil for a file that is none
	tried   bool                         // packs is filled
	packs   []*pack
}

func (f *splitFiles) close() {
	for _, p := range f.packs {
		p.file.close()
	}
}

// splitPaths is the possible paths of a .dwo file, in gdb's order: the given name,
// relative to the folder of compilation; else in the program's folder and the current
// one, for a tree that was moved.
func (im *image) splitPaths(s *split) []string {
	if s.name == "" {
		return nil
	}
	if filepath.IsAbs(s.name) {
		return []string{s.name}
	}
	var list []string
	if s.dir != "" {
		list = append(list, filepath.Join(s.dir, s.name))
	}
	dir := filepath.Dir(im.path)
	if real, err := filepath.EvalSymlinks(im.path); err == nil {
		dir = filepath.Dir(real)
	}
	list = append(list, filepath.Join(dir, s.name))
	if here, err := filepath.Abs(s.name); err == nil {
		list = append(list, here)
	}
	return list
}

// openSplitFile adds the .dwo file at path, which must contain the unit whose skeleton is
// u. A file is read once, however many units it has.
func (im *image) openSplitFile(path string, u *cu) (*cu, error) {
	contents, tried := im.split.read[path]
	if !tried {
		if im.split.read == nil {
			im.split.read = map[string]map[string][]byte{}
		}
		contents = im.readSplitFile(path)
		im.split.read[path] = contents
	}
	if contents == nil {
		return nil, errNoUnit
	}
	for _, x := range im.units {
		if x.skeleton != nil && x.id == u.id && x.typ == 0 && x.skeleton.split.addrBase == u.split.addrBase && sameBytes(x.space.section(".debug_info"), contents[".debug_info"]) {
			x.inherit(u)
			return x, nil
		}
	}
	return im.adoptSplit(contents, u)
}

func sameBytes(a, b []byte) bool { return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] }

// readSplitFile reads the sections of a .dwo file; nil if it is not one.
func (im *image) readSplitFile(path string) map[string][]byte {
	f := openDebug(path)
	if f == nil {
		return nil
	}
	defer f.close()
	contents := map[string][]byte{}
	for _, s := range f.Sections {
		name, ok := strings.CutSuffix(s.Name, ".dwo")
		if !ok {
			continue
		}
		name = strings.Replace(name, ".zdebug_", ".debug_", 1)
		p, err := f.bytes(s)
		if err != nil || len(contents[name])+len(p) > maxSection {
			return nil
		}
		// Type units are in separate sections: join them, as a linker would.
		contents[name] = append(contents[name], p...)
	}
	if len(contents[".debug_info"]) == 0 || f.ByteOrder != im.main.ByteOrder {
		return nil
	}
	return contents
}

// packages is the program's .dwp files: next to it or to its debug file, with
// ".dwp" after the file's name.
func (im *image) packages() []*pack {
	if im.split.tried {
		return im.split.packs
	}
	im.split.tried = true
	paths := []string{im.path}
	if real, err := filepath.EvalSymlinks(im.path); err == nil && real != im.path {
		paths = append(paths, real)
	}
	if im.debug != nil {
		paths = append(paths, im.debug.path)
	}
	for _, path := range paths {
		f := openDebug(path + ".dwp")
		if f == nil {
			continue
		}
		if p := openPack(f); p != nil {
			im.split.packs = append(im.split.packs, p)
		} else {
			f.close()
		}
	}
	return im.split.packs
}

// openRegular opens only a regular file: a path in a program may name a pipe or
// a terminal, which would block for ever.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, os.ErrInvalid
	}
	return os.Open(path)
}

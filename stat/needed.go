package stat

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Ahead lists the files with code that a command will load as far as its words show: those that it
// names, and the libraries that the dynamic loader finds for them.
func Ahead(argv []string) (paths []string) {
	add := func(path string) bool {
		path, err := filepath.EvalSymlinks(path) // the kernel names files without them
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err != nil {
			return false
		}
		paths = append(paths, path)
		return true
	}
	for n, word := range argv {
		path := word
		if n == 0 || !strings.Contains(word, "/") {
			var err error
			if path, err = exec.LookPath(word); err != nil {
				continue
			}
		}
		loader, ok := interpreter(path)
		if !ok || !add(path) || loader == "" {
			continue
		}
		// The loader lists what it would load, and executes nothing (ld.so(8)).
		out, _ := exec.Command(loader, "--list", path).Output() // libraries that it does not list are counted late
		for line := range bytes.Lines(out) {
			if fields := strings.Fields(string(line)); len(fields) > 2 && fields[1] == "=>" {
				add(fields[2])
			}
		}
	}
	return paths
}

// interpreter is the dynamic loader that an ELF file names, "" for none. ok: the file is one.
func interpreter(path string) (loader string, ok bool) {
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return "", false
	}
	f, err := elf.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 4096 {
			name := make([]byte, p.Filesz)
			if _, err := p.ReadAt(name, 0); err == nil {
				return strings.TrimRight(string(name), "\x00"), true
			}
		}
	}
	return "", true
}

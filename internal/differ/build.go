package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// file is one source file.
type file struct{ name, text string }

// program is a program and what to ask the debuggers about it.
type program struct {
	name     string
	files    []file
	cxx      bool
	commands []string
	flags    []string // of the compiler, for this program
}

// variant is one way to build a program.
type variant struct {
	compiler string // "gcc" or "clang"
	level    string // "-O0"
	dwarf    string // "-gdwarf-5"
}

func (v variant) String() string { return v.compiler + " " + v.level + " " + v.dwarf }

// variants are all ways to build a program.
func variants() (list []variant) {
	for _, c := range []string{"gcc", "clang"} {
		for _, l := range []string{"-O0", "-Og", "-O2"} {
			for _, d := range []string{"-gdwarf-5", "-gdwarf-4"} {
				list = append(list, variant{c, l, d})
			}
		}
	}
	return list
}

// build compiles a program in dir and returns its path.
func (p *program) build(dir string, v variant) (string, error) {
	compiler := v.compiler
	if p.cxx {
		compiler = map[string]string{"gcc": "g++", "clang": "clang++"}[v.compiler]
	}
	exe := filepath.Join(dir, "prog")
	args := append([]string{"-w", "-g", v.dwarf, v.level, "-o", exe}, p.flags...)
	if compiler == "clang++" { // gdb's printers need the classes that clang leaves to the library's debug information
		args = append(args, "-fstandalone-debug")
	}
	for _, f := range p.files {
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, []byte(f.text), 0o644); err != nil {
			return "", err
		}
		if !strings.HasSuffix(f.name, ".h") {
			args = append(args, path)
		}
	}
	cmd := exec.Command(compiler, append(args, "-lm", "-lpthread")...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", compiler, err, out)
	}
	return exe, nil
}

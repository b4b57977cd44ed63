package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// host is a debugger that the user has, and that rseqstep starts with its own additions.
type host struct {
	name     string // of the program and of the flag that names another one
	variable string // in the environment, names another one as well
	get      string // what to do when there is none
}

// named removes --NAME PATH or --NAME=PATH from the arguments: the first one, before
// "--args" and "--". Everything else is the debugger's.
func (h host) named(args []string) (path string, rest []string, err error) {
	flag := "--" + h.name
	for i, arg := range args {
		path, inline := strings.CutPrefix(arg, flag+"=")
		switch {
		case arg == "--args" || arg == "-args" || arg == "--":
			return "", args, nil
		case inline:
			return path, slices.Concat(args[:i], args[i+1:]), nil
		case arg == flag && i+1 == len(args):
			return "", nil, usage(fmt.Errorf("%s needs the path of a %s", flag, h.name))
		case arg == flag:
			return args[i+1], slices.Concat(args[:i], args[i+2:]), nil
		}
	}
	return "", args, nil
}

// find returns the absolute path of the debugger: named, or the variable's, or the first
// one on PATH that is not rseqstep itself under that name.
func (h host) find(named string) (string, error) {
	from := "--" + h.name
	if named == "" {
		named, from = os.Getenv(h.variable), h.variable
	}
	if named == "" {
		named, from = h.name, "PATH"
	}
	path := h.look(named)
	if path == "" {
		return "", fmt.Errorf("%s: there is no such program (%s); %s, or name another one: rseqstep %s --%s PATH, or the variable %s",
			named, from, h.get, h.name, h.name, h.variable)
	}
	return filepath.Abs(path)
}

// look finds an executable file that is not rseqstep itself: a link to rseqstep may have
// the debugger's name.
func (h host) look(name string) string {
	self, err := os.Stat("/proc/self/exe")
	if err != nil {
		self = nil
	}
	dirs := filepath.SplitList(os.Getenv("PATH"))
	if strings.ContainsRune(name, filepath.Separator) {
		dirs = []string{""}
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		st, err := os.Stat(path)
		if err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 && !os.SameFile(st, self) {
			return path
		}
	}
	return ""
}

// replaceProcess executes the debugger in place of this process, so that the terminal, signals
// and the exit status are the debugger's own. It returns only if that fails.
func replaceProcess(path string, args, env []string) error {
	err := syscall.Exec(path, append([]string{path}, args...), env)
	if errors.Is(err, syscall.ENOEXEC) {
		return fmt.Errorf("%s is not a program for this machine", path)
	}
	return &os.PathError{Op: "exec", Path: path, Err: err}
}

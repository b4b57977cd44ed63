package main

import (
	"path/filepath"
	"strings"

	"rseqstep/delve"
)

// byName translates the command line of a process that was started under the name of a
// server that rseqstep replaces (gdbserver, a cross tool's name such as
// x86_64-linux-gnu-gdbserver, or lldb-server), or of a debugger that it starts (any name
// that ends in gdb or lldb), into rseqstep's own. Other command lines are returned
// unchanged.
func byName(argv []string) []string {
	if len(argv) == 0 {
		return nil
	}
	name := filepath.Base(argv[0])
	if name == delve.LLDBServerName {
		return append([]string{"lldb-server"}, argv[1:]...)
	}
	if name == "gdbserver" || strings.HasSuffix(name, "-gdbserver") {
		return append([]string{"gdbserver"}, argv[1:]...)
	}
	for _, debugger := range []string{"gdb", "lldb"} {
		if strings.HasSuffix(name, debugger) {
			return append([]string{debugger}, argv[1:]...)
		}
	}
	return argv[1:]
}

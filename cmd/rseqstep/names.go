package main

import (
	"path/filepath"
	"strings"

	"rseqstep/delve"
)

// byName is the command line of a process that was started under the name of a
// server which it stands in for, as one of rseqstep's own: gdbserver, also with
// a machine's name before it, as cross tools have it
// (x86_64-linux-gnu-gdbserver), or lldb-server. Other command lines stay as they are.
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
	return argv[1:]
}

package gdbscripts

import (
	"embed"
	"io/fs"
)

//go:embed rseqstep.py rseqstep_gdb/*.py rseqstep_gdb/*.gdb
var files embed.FS

// Files contains the script: rseqstep.py and the directory rseqstep_gdb.
func Files() fs.FS { return files }

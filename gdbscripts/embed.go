package gdbscripts

import (
	"embed"
	"io/fs"
)

//go:embed rseqstep.py rseqstep_gdb/*.py
var files embed.FS

// Files are the script's: rseqstep.py and the folder rseqstep_gdb.
func Files() fs.FS { return files }

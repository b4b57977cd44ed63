package show

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Frame is a stack frame with everything needed to show it.
type Frame struct {
	stepper.Frame
	Level   int
	Args    string // "argc=1, argv=0x7ffe…"
	MidLine bool   // PC is not the start of a line, so its address is shown
}

// Address formats a process address as gdb pads it in frames.
func Address(a table.Addr) string { return fmt.Sprintf("0x%016x", uint64(a)) }

// Text returns the frame as one line without its number: "main (argc=1) at a.c:3".
func (f *Frame) Text(st Style) string {
	if f.Called {
		return f.Function
	}
	var b strings.Builder
	if f.MidLine || f.Line.Line == 0 {
		b.WriteString(st.Addr(Address(f.PC)) + " in ")
	}
	name := f.Function
	if f.Signal {
		return "<signal handler called>"
	}
	if name == "" {
		name = "??"
	}
	fmt.Fprintf(&b, "%s (%s)", st.Func(name), f.Args)
	switch {
	case f.Line.Line != 0:
		fmt.Fprintf(&b, " at %s:%d", st.File(Path(f.Line.File)), f.Line.Line)
	case f.Module != "":
		fmt.Fprintf(&b, " from %s", st.File(f.Module))
	}
	return b.String()
}

// Numbered returns the frame as `backtrace` and `frame` show it.
func (f *Frame) Numbered(st Style) string { return fmt.Sprintf("#%-2d %s", f.Level, f.Text(st)) }

// Path shortens a path below the working directory.
func Path(path string) string {
	wd, err := os.Getwd()
	if err != nil || !filepath.IsAbs(path) {
		return path
	}
	rel, err := filepath.Rel(wd, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return path
	}
	return rel
}

// SourceLine formats one line of a listing: "30\t\tint cpu;".
func SourceLine(n int, text string) string { return fmt.Sprintf("%d\t%s", n, text) }

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/ianlancetaylor/demangle"
	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/table"
)

func newTableCmd(e *env) *cobra.Command {
	var asJSON, check, lines bool
	cmd := &cobra.Command{
		Use:   "table FILE|PID",
		Short: "List the restartable sequences that a file or a process declares",
		Long: `Lists the critical sections of an ELF file (program, library or object file, for
any machine), or of all files that a process has loaded. A number is a process
id unless a file has that name.

--check repeats the checks that the kernel makes when a section is armed; if a
section fails one, the exit status is 1.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(errors.New("table needs one file or process id"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			doc, err := readTable(args[0], lines)
			if err != nil {
				return err
			}
			doc.Checked = check
			if asJSON {
				if err := table.WriteJSON(e.stdout, doc); err != nil {
					return err
				}
			} else {
				writeTable(e.stdout, doc)
			}
			return checkTable(e, doc, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&check, "check", false, "repeat the kernel's checks on every section")
	cmd.Flags().BoolVar(&lines, "lines", false, "print source lines, from DWARF (slow for large programs)")
	return cmd
}

// readTable reads a file, or a process if its argument is a number and no file has that
// name.
func readTable(name string, lines bool) (table.Document, error) {
	if pid, err := strconv.Atoi(name); err == nil && pid > 0 {
		if _, err := os.Stat(name); err != nil {
			return processTable(pid)
		}
	}
	var opts []table.Option
	if lines {
		opts = append(opts, table.WithSource())
	}
	f, err := openTable(name, opts...)
	if err != nil {
		return table.Document{}, err
	}
	return table.Document{File: f}, decodeExits(f)
}

// openTable is table.Open with a plain message for a missing file.
func openTable(name string, opts ...table.Option) (*table.File, error) {
	f, err := table.Open(name, opts...)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file", name)
	}
	return f, err
}

func processTable(pid int) (table.Document, error) {
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err != nil {
		return table.Document{}, fmt.Errorf("no process %d (has it ended?), and no file of that name", pid)
	}
	modules, err := table.ReadModules(pid, nil)
	switch {
	case errors.Is(err, os.ErrPermission):
		return table.Document{}, fmt.Errorf("%w\nThe process belongs to another user; run as that user or as root", err)
	case err != nil:
		return table.Document{}, err
	}
	for _, m := range modules {
		if m.File != nil {
			_ = decodeExits(m.File) // a deleted file still has its declarations
		}
	}
	return table.Document{Process: &table.Process{PID: pid, Modules: modules}}, nil
}

func writeTable(w io.Writer, doc table.Document) {
	if doc.File != nil {
		writeFile(w, doc.File)
		return
	}
	n := 0
	for _, m := range doc.Process.Modules {
		switch {
		case m.Err != nil:
			fmt.Fprintf(w, "%s: cannot be read: %v\n", m.Path, m.Err)
		case m.File != nil && len(m.File.Sections) > 0:
			n += len(m.File.Sections)
			fmt.Fprintf(w, "%s at %v:\n", show.Path(m.Path), m.Low)
			tw := newSectionWriter(w)
			for i := range m.File.Sections {
				p := m.Place(&m.File.Sections[i])
				sectionRow(tw, p.Section, p.Start.String(), p.End.String(), p.Abort.String(), addrs(exits(m, p.Section)))
			}
			tw.Flush()
		}
	}
	if n == 0 {
		fmt.Fprintf(w, "Process %d: no restartable sequences in its %d modules.\n", doc.Process.PID, len(doc.Process.Modules))
	}
}

func writeFile(w io.Writer, f *table.File) {
	for _, warning := range f.Warnings {
		fmt.Fprintf(w, "warning: %v\n", warning)
	}
	if len(f.Sections) == 0 {
		fmt.Fprintf(w, "%s: no restartable sequences.\n", f.Path)
		return
	}
	tw := newSectionWriter(w)
	for i := range f.Sections {
		s := &f.Sections[i]
		sectionRow(tw, s, s.Start.String(), s.End.String(), s.Abort.String(), addrs(append(s.Exits[:len(s.Exits):len(s.Exits)], s.Decoded...)))
	}
	tw.Flush()
}

// exits returns all exits of a section except post-commit and abort, as process
// addresses.
func exits(m *table.Module, s *table.Section) (out []table.Addr) {
	for _, list := range [][]table.FileAddr{s.Exits, s.Decoded} {
		for _, a := range list {
			out = append(out, m.Addr(a))
		}
	}
	return out
}

func newSectionWriter(w io.Writer) *tabwriter.Writer {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "Start\tEnd\tAbort\tOther exits\tSignature\tFlags\tDeclared in\tSource\tSection")
	return tw
}

func sectionRow(w io.Writer, s *table.Section, start, end, abort, exits string) {
	name := demangle.Filter(s.Symbol, demangle.NoParams)
	switch {
	case name == "":
		name = "?"
	case s.Offset != 0:
		name = fmt.Sprintf("%s+%#x", name, s.Offset)
	}
	sig := "unreadable"
	if s.Signature.Found {
		sig = fmt.Sprintf("%#08x", s.Signature.Value)
	}
	src := "-"
	if s.Source.File != "" {
		src = fmt.Sprintf("%s:%d", show.Path(s.Source.File), s.Source.First)
		if s.Source.Last > s.Source.First {
			src += fmt.Sprintf("-%d", s.Source.Last)
		}
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%#x\t%s\t%s\t%s\n", start, end, abort, exits, sig, s.Flags, strings.Join(s.Declared, ","), src, name)
}

func addrs[A fmt.Stringer](list []A) string {
	if len(list) == 0 {
		return "-"
	}
	var out []string
	for _, a := range list {
		out = append(out, a.String())
	}
	return strings.Join(out, " ")
}

// checkTable reports the sections that fail a check; without --check it does nothing.
func checkTable(e *env, doc table.Document, quiet bool) error {
	if !doc.Checked {
		return nil
	}
	files := []*table.File{doc.File}
	if doc.Process != nil {
		files = nil
		for _, m := range doc.Process.Modules {
			if m.File != nil {
				files = append(files, m.File)
			}
		}
	}
	failed, total := 0, 0
	for _, f := range files {
		total += len(f.Sections)
		for _, p := range f.Check() {
			failed++
			if !quiet {
				fmt.Fprintf(e.stdout, "%s: section at %v: %v\n", show.Path(f.Path), p.Section.Start, p.Err)
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d checks failed", failed)
	}
	if !quiet && total > 0 {
		fmt.Fprintf(e.stdout, "All checks passed (%d sections).\n", total)
	}
	return nil
}

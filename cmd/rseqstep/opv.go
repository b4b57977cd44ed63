package main

import (
	"debug/elf"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/stepper/machine/arches"
	"rseqstep/stepper/opv"
)

func newOpvCmd(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "opv FILE [SECTION]",
		Short: "Print what each restartable sequence of a file does, in words",
		Long: `Prints what every critical section of a program or library for x86-64 or arm64
does, as the equivalent vector of operations of cpu_opv (a system call that was
proposed for Linux but never merged), one operation per line. A register name
stands for its value at the start of the section, [x] for the 8 bytes of memory
at x, u32[x] for 4 of them.

SECTION is a number, an address inside the section or of its descriptor, or the
function that contains the section.`,
		Example: `  rseqstep opv ./prog
  rseqstep opv ./prog rseq_addv
  rseqstep opv --json ./prog 0x401170`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usage(errors.New("opv needs one file, and at most one section"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			which := ""
			if len(args) == 2 {
				which = args[1]
			}
			list, err := describeFile(args[0], which)
			if err != nil {
				return err
			}
			if asJSON {
				return ops.WriteJSON(e.stdout, args[0], list)
			}
			if len(list) == 0 {
				fmt.Fprintf(e.stdout, "%s: no restartable sequences.\n", args[0])
			}
			ops.Write(e.stdout, list, e.style(false))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// describeFile describes the sections of a file in words, at the file's own addresses.
func describeFile(path, which string) ([]ops.Section, error) {
	f, err := openTable(path)
	if err != nil {
		return nil, err
	}
	arch, err := arches.Of(f.Machine, f.Class)
	switch {
	case err != nil || !opv.Understands(arch):
		return nil, fmt.Errorf("%s: is for %v (%v); opv can describe only 64-bit x86 and Arm code (\"rseqstep table\" lists its sections)", path, f.Machine, f.Class)
	case f.Type == elf.ET_REL:
		return nil, fmt.Errorf("%s: is an object file, whose branches are not relocated yet; link it first", path)
	}
	file, err := ops.OpenFile(f)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return file.Source().Choose(file.Sections(), ops.SymbolName, which)
}

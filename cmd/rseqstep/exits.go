package main

import (
	"debug/elf"
	"io"
	"os"
	"slices"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/table"
)

// decodeExits adds to each section the exits that its code shows, because most files
// declare none (tcmalloc has no __rseq_exit_point_array). It does not decode object
// files, whose branches are not relocated yet. A section that cannot be decoded keeps
// the exits that it declares.
func decodeExits(f *table.File) error {
	arch, err := arches.Of(f.Machine, f.Class)
	if err != nil || f.Type == elf.ET_REL || len(f.Sections) == 0 {
		return nil // an unknown architecture is not decoded
	}
	r, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	for i := range f.Sections {
		s := &f.Sections[i]
		for _, x := range bodyExits(arch, f, s, r) {
			if a := table.FileAddr(x.Addr); x.Kinds&machine.ExitBranch != 0 && a != s.End && a != s.Abort && !slices.Contains(s.Exits, a) {
				s.Decoded = append(s.Decoded, a)
			}
		}
	}
	return nil
}

func bodyExits(a *machine.Arch, f *table.File, s *table.Section, r io.ReaderAt) []machine.Exit {
	body, err := ops.Source{Arch: a, Memory: ops.FileMemory{Table: f, From: r}}.Body((&table.Module{File: f}).Place(s))
	if err != nil {
		return nil
	}
	return body.Exits
}

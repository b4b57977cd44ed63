package main

import (
	"debug/elf"
	"io"
	"os"
	"slices"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// decodeExits adds to each section the exits that its code shows: most files
// declare none (tcmalloc has no __rseq_exit_point_array). Only amd64 code is
// decoded, and not that of object files, whose branches are still to be
// relocated. A section that cannot be decoded keeps what it declares.
func decodeExits(f *table.File) error {
	if f.Machine != elf.EM_X86_64 || f.Type == elf.ET_REL || len(f.Sections) == 0 {
		return nil
	}
	r, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	for i := range f.Sections {
		s := &f.Sections[i]
		for _, x := range bodyExits(f, s, r) {
			if a := table.FileAddr(x.Addr); x.Kinds&unit.ExitBranch != 0 && a != s.End && a != s.Abort && !slices.Contains(s.Exits, a) {
				s.Decoded = append(s.Decoded, a)
			}
		}
	}
	return nil
}

func bodyExits(f *table.File, s *table.Section, r io.ReaderAt) []unit.Exit {
	body, err := ops.Source{Memory: fileMemory{f, r}}.Body((&table.Module{File: f}).Place(s))
	if err != nil {
		return nil
	}
	return body.Exits
}

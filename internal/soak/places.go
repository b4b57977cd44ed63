package main

import (
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/table"
)

// pieBias is the load address of a position-independent program without address space
// randomization: ELF_ET_DYN_BASE, two thirds of the user's address space
// (arch/x86/include/asm/elf.h), a page down to its alignment.
const pieBias = 0x555555554000

// program is one way to build a fixture and, once built, the places in it.
type program struct {
	fixture
	opt, way  string // flags of the compiler
	functions []string
	lines     []string // FILE:LINE
	inside    []string // addresses of instructions in sections, "*0x…"
	variables []string // expressions of 1 to 8 bytes
}

// readPlaces finds the places to break at and the variables to watch.
func (p *program) readPlaces() error {
	f, err := elf.Open(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF || s.Size == 0 || strings.HasPrefix(s.Name, "_") || strings.Contains(s.Name, ".") {
			continue
		}
		switch elf.ST_TYPE(s.Info) {
		case elf.STT_FUNC:
			p.functions = append(p.functions, s.Name)
		case elf.STT_OBJECT:
			if s.Size <= 8 {
				p.variables = append(p.variables, s.Name)
			}
		}
	}
	p.variables = append(p.variables, p.watch...)
	for _, source := range append([]string{"include/rseqfix.h"}, p.sources...) {
		text, err := os.ReadFile(filepath.Join("testdata", source))
		if err != nil {
			return err
		}
		for n := range strings.Count(string(text), "\n") {
			p.lines = append(p.lines, fmt.Sprintf("%s:%d", filepath.Base(source), n+1))
		}
	}
	bias := uint64(0)
	if f.Type == elf.ET_DYN {
		bias = pieBias
	}
	return p.readSections(f, bias)
}

// readSections lists the instructions of every section.
func (p *program) readSections(f *elf.File, bias uint64) error {
	declared, err := table.Open(p.path)
	if err != nil {
		return err
	}
	arch, err := arches.Of(f.Machine, f.Class)
	if err != nil {
		return err
	}
	for _, s := range declared.Sections {
		for _, at := range f.Progs {
			if at.Type != elf.PT_LOAD || uint64(s.Start)-at.Vaddr >= at.Filesz {
				continue
			}
			code := make([]byte, uint64(s.End)-uint64(s.Start))
			if _, err := at.ReadAt(code, int64(uint64(s.Start)-at.Vaddr)); err != nil {
				return err
			}
			body, err := machine.DecodeBody(arch, &table.Placed{Start: table.Addr(uint64(s.Start) + bias), End: table.Addr(uint64(s.End) + bias), Abort: table.Addr(uint64(s.Abort) + bias)}, code)
			if err != nil {
				return fmt.Errorf("%s: %w", p.path, err)
			}
			for n := range body.Insns {
				p.inside = append(p.inside, fmt.Sprintf("*%v", body.Insns[n].Addr))
			}
		}
	}
	return nil
}

package tabletest

import (
	"path"
	"strings"
)

// Fixture is one build of a program of testdata. The zero value of every field
// but Source means the first value listed with its type; DWARF 0 means 5.
type Fixture struct {
	Source string   // file in testdata
	Extra  []string // more files of testdata, linked with it
	Linker Linker
	Shape  Shape
	Table  Table
	Opt    string // "-O0" or any other -O
	DWARF  int    // 4 or 5
	Own    bool   // threads register their own areas, not glibc's
	Strip  Strip
	Flags  []string // more compiler flags, such as "-DFIX_FLAT"
	Arch   string   // as in GOARCH; "": this machine's. One for another, arm64, can only be read
}

// Linker is the program that links a fixture.
type Linker string

const (
	LD  Linker = "ld"
	LLD Linker = "lld"
)

// Shape is the kind of ELF file a fixture is built as.
type Shape string

const (
	PIE       Shape = "pie"
	NoPIE     Shape = "nopie"
	RELR      Shape = "relr"      // PIE with packed relative relocations; static if lld is older than 15, see linkFlags
	Static    Shape = "static"    // at fixed addresses
	StaticPIE Shape = "staticpie" // not part of Matrix
	Shared    Shape = "so"
	Object    Shape = "o"
)

// Table is the ELF section of a fixture's descriptors, with the arrays that
// accompany it.
type Table string

const (
	RseqCS     Table = "rseq_cs"    // __rseq_cs, __rseq_cs_ptr_array, __rseq_exit_point_array
	RseqTable  Table = "rseq_table" // __rseq_table alone
	NoPointers Table = "nopointers" // __rseq_cs and __rseq_exit_point_array
)

// Strip is what is removed from a built file.
type Strip string

const (
	StripNothing  Strip = ""
	StripDebug    Strip = "debug"    // DWARF
	StripAll      Strip = "all"      // DWARF and .symtab
	StripSections Strip = "sections" // all that, and the section headers, as sstrip does
	StripToFile   Strip = "tofile"   // what StripAll removes goes to a file beside it, with ".debug" added; .gnu_debuglink names it
)

// normal is f with its zero values replaced by their meanings.
func (f Fixture) normal() Fixture {
	if f.Linker == "" {
		f.Linker = LD
	}
	if f.Shape == "" {
		f.Shape = PIE
	}
	if f.Table == "" {
		f.Table = RseqCS
	}
	if f.Opt == "" {
		f.Opt = "-O0"
	}
	if f.DWARF == 0 {
		f.DWARF = 5
	}
	return f
}

// Runs reports whether the built file is a program.
func (f Fixture) Runs() bool {
	s := f.normal().Shape
	return s != Shared && s != Object
}

// String is the name of the build in the names of subtests.
func (f Fixture) String() string {
	f = f.normal()
	parts := []string{f.base(), string(f.Linker), string(f.Shape), string(f.Table), strings.TrimPrefix(f.Opt, "-")}
	parts = append(parts, "dwarf"+string(rune('0'+f.DWARF)))
	if f.Own {
		parts = append(parts, "own")
	}
	if f.Strip != StripNothing {
		parts = append(parts, "strip"+string(f.Strip))
	}
	if f.Arch != "" {
		parts = append(parts, f.Arch)
	}
	parts = append(parts, f.Flags...)
	return strings.Join(parts, "-")
}

// base is the source's name without its extension.
func (f Fixture) base() string {
	return strings.TrimSuffix(path.Base(f.Source), path.Ext(f.Source))
}

// file is the name of the built file.
func (f Fixture) file() string {
	switch f.normal().Shape {
	case Shared:
		return f.base() + ".so"
	case Object:
		return f.base() + ".o"
	}
	return f.base()
}

package remote

import (
	"debug/elf"
	"encoding/binary"
	"strings"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// loaderDebug is the address of struct r_debug if the dynamic linker itself was started
// as the program, with the user's program as an argument (ld.so(8)): the auxiliary vector
// points to its own headers, whose dynamic section has no DT_DEBUG. The linker exports
// the structure as the symbol _r_debug (link.h).
func (c *client) loaderDebug() (uint64, error) {
	_, at, err := c.programHeaders()
	if err != nil {
		return 0, err
	}
	f, err := elf.Open(procFile(tracee.ProcID(c.p.target), "exe"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return 0, errNoLinkMap
	}
	for _, s := range symbols {
		if s.Name == "_r_debug" && s.Section != elf.SHN_UNDEF {
			return s.Value + at - headersAt(f), nil
		}
	}
	return 0, errNoLinkMap
}

// mappedAt is the path of the file that is mapped at an address, "" for none.
func (c *client) mappedAt(at uint64) string {
	if m := c.p.engine.Image().ModuleAt(table.Addr(at)); m != nil {
		return m.Path
	}
	return ""
}

// headersAt is the file address of a program's headers: they follow the ELF header
// wherever they are in memory, as AT_PHDR assumes (create_elf_tables, fs/binfmt_elf.c).
func headersAt(f *elf.File) uint64 {
	for _, p := range f.Progs {
		if p.Type == elf.PT_PHDR {
			return p.Vaddr
		}
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Off == 0 {
			return p.Vaddr + uint64(binary.Size(elf.Header64{}))
		}
	}
	return 0
}

// listFrom is the start of a partial list of libraries (gdb manual,
// "qXfer:libraries-svr4:read"): the client already knows the entries before it.
type listFrom struct {
	start uint64 // the first link_map
	prev  uint64 // the one before it
	lmid  uint64 // the r_debug of its namespace
}

// parseListFrom parses an annex: "start=ADDR;prev=ADDR;lmid=ADDR;", each part optional;
// an empty one means all libraries. Unknown names are ignored, as in gdbserver.
func parseListFrom(annex string) (from listFrom, ok bool) {
	for _, word := range strings.Split(annex, ";") {
		if word == "" {
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		n, good := number(strings.TrimPrefix(value, "0x"))
		if !good {
			return from, false
		}
		switch name {
		case "start":
			from.start = n
		case "prev":
			from.prev = n
		case "lmid":
			from.lmid = n
		}
	}
	return from, true
}

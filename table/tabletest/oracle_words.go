package tabletest

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// bytes parses "0x00004020 00000000 00000000 36110000 00000000 ........6.......":
// a hex dump of at most 16 bytes a line, then the same as text.
func (o *oracle) bytes(section int) []byte {
	var b []byte
	for _, line := range o.run("-x", strconv.Itoa(section)) {
		rest, ok := strings.CutPrefix(line, "  0x")
		if !ok {
			continue
		}
		_, rest, _ = strings.Cut(rest, " ")
		const groups = 4*8 + 3 // characters: four groups of 8 digits, spaces between
		digits := strings.ReplaceAll(rest[:min(groups, len(rest))], " ", "")
		part, err := hex.DecodeString(digits)
		if err != nil {
			o.t.Fatalf("readelf -x %d %s: %q: %v", section, o.path, line, err)
		}
		b = append(b, part...)
	}
	return b
}

// readRelocations parses lines of
//
//	Relocation section '.rela.dyn' at offset 0x570 contains 9 entries:
//	0000000000004008  0000000000000008 R_X86_64_RELATIVE                         1136
//	0000000000000008  0000000200000001 R_X86_64_64            0000000000000000 .text + 36
//
// RELR leaves the words correct as they are.
func (o *oracle) readRelocations() {
	o.moved = make(map[int]map[uint64]string)
	target := -1
	for _, line := range o.run("-Wr") {
		if strings.HasPrefix(line, "Relocation section '") {
			target = o.relocated(line)
			continue
		}
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[2], "R_X86_64_") || target < 0 {
			continue
		}
		section, offset := target, o.number(f[0])
		if !o.object {
			section = -1
			for i, s := range o.sections {
				if strings.HasPrefix(s.name, "__rseq_") && offset-s.addr < s.size {
					section, offset = i, offset-s.addr
					break
				}
			}
			if section < 0 {
				continue
			}
		}
		if o.moved[section] == nil {
			o.moved[section] = make(map[uint64]string)
		}
		switch f[2] {
		case "R_X86_64_RELATIVE":
			o.moved[section][offset] = fmt.Sprintf("%#x", o.number(f[3]))
		case "R_X86_64_64":
			o.moved[section][offset] = o.symbolPlace(f)
		}
	}
}

// relocated is the number of the section that a section of relocations applies
// to; 0 for those of the whole file, -1 for others.
func (o *oracle) relocated(line string) int {
	_, after, _ := strings.Cut(line, "at offset ")
	text, _, _ := strings.Cut(after, " ")
	offset := o.number(text)
	for _, s := range o.sections {
		if s.offset == offset && (s.typ == "RELA" || s.typ == "REL") {
			switch {
			case !o.object && strings.HasPrefix(s.name, ".rela.dyn"):
				return 0
			case !o.object: // left by --emit-relocs, already applied
				return -1
			case strings.HasPrefix(o.sections[s.info].name, "__rseq_"):
				return s.info
			}
			return -1
		}
	}
	return -1
}

// symbolPlace is symbol + addend: fields offset, info, type, value, name, sign, addend.
func (o *oracle) symbolPlace(f []string) string {
	table := ".dynsym"
	if o.object {
		table = ".symtab"
	}
	s := o.symbols[table][o.number(f[1])>>32]
	addend := o.number(f[len(f)-1])
	if f[len(f)-2] == "-" {
		addend = -addend
	}
	n, err := strconv.Atoi(s.ndx)
	if err != nil {
		o.t.Fatalf("readelf -r %s: %q: symbol in section %s", o.path, f, s.ndx)
	}
	return o.place(n, s.value+addend)
}

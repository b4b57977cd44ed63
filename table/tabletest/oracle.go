package tabletest

import (
	"encoding/binary"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// OracleSection is a critical section in readelf's output. Places are
// "0x401136", or ".text+0x36" in a relocatable object.
type OracleSection struct {
	At, Start, End, Abort string
	Version, Flags        uint32
	Exits                 []string // sorted
	Symbols               []string // functions around Start in the symbol tables; the innermost
}

// Oracle reads the sections that a little-endian 64-bit file declares from
// readelf's output (-S, -x, -r, -s), sorted as text. It shares no code with
// package table and is meant to be compared with it.
func Oracle(t testing.TB, path string) []OracleSection {
	t.Helper()
	o := &oracle{t: t, path: path, readelf: NeedTool(t, "readelf"), exits: make(map[string][]string)}
	o.readSections()
	o.readSymbols()
	o.readRelocations()
	var found []OracleSection
	for i, s := range o.sections {
		switch s.name {
		case "__rseq_cs", "__rseq_table":
			found = append(found, o.descriptors(i)...)
		case "__rseq_exit_point_array":
			words := o.words(i)
			for n := 0; n+1 < len(words); n += 2 {
				o.exits[words[n]] = append(o.exits[words[n]], words[n+1])
			}
		}
	}
	for i := range found {
		s := &found[i]
		for _, e := range o.exits[s.Start] {
			if e != s.End && e != s.Abort && !slices.Contains(s.Exits, e) {
				s.Exits = append(s.Exits, e)
			}
		}
		slices.Sort(s.Exits)
	}
	slices.SortFunc(found, func(a, b OracleSection) int { return strings.Compare(a.Start+a.At, b.Start+b.At) })
	return found
}

type oracleHeader struct {
	name       string
	typ        string
	addr, size uint64
	offset     uint64
	info       int
}

type oracleSymbol struct {
	value, size uint64
	typ, ndx    string
	name        string
}

type oracle struct {
	t        testing.TB
	path     string
	readelf  string
	object   bool
	sections []oracleHeader            // by number
	symbols  map[string][]oracleSymbol // by table's name
	moved    map[int]map[uint64]string // section number, offset in it: the place a relocation puts there
	exits    map[string][]string       // start: exits
}

func (o *oracle) run(args ...string) []string {
	o.t.Helper()
	out, err := exec.Command(o.readelf, append(args, o.path)...).Output()
	if err != nil {
		o.t.Fatalf("readelf %v %s: %v", args, o.path, err)
	}
	return strings.Split(string(out), "\n")
}

func (o *oracle) number(s string) uint64 {
	o.t.Helper()
	v, err := strconv.ParseUint(strings.TrimPrefix(s, "0x"), 16, 64)
	if err != nil {
		o.t.Fatalf("readelf %s: %v", o.path, err)
	}
	return v
}

// readSections parses "[31] __rseq_cs PROGBITS 06eccae0 6ec9ae0 001620 00 WA 0 0 32".
func (o *oracle) readSections() {
	for _, line := range o.run("-WhS") {
		if strings.Contains(line, "Type:") {
			o.object = strings.Contains(line, "REL (Relocatable")
		}
		_, rest, ok := strings.Cut(line, "]")
		num, isNum := strings.CutPrefix(strings.TrimSpace(strings.Split(line, "]")[0]), "[")
		if _, err := strconv.Atoi(strings.TrimSpace(num)); !ok || !isNum || err != nil {
			continue
		}
		f := strings.Fields(rest)
		if len(f) < 9 { // number 0
			o.sections = append(o.sections, oracleHeader{})
			continue
		}
		info, err := strconv.Atoi(f[len(f)-2])
		if err != nil {
			o.t.Fatalf("readelf -S %s: %q", o.path, line)
		}
		o.sections = append(o.sections, oracleHeader{f[0], f[1], o.number(f[2]), o.number(f[4]), o.number(f[3]), info})
	}
}

// readSymbols parses "12: 0000000000001139 17 FUNC GLOBAL DEFAULT 14 f".
func (o *oracle) readSymbols() {
	o.symbols = make(map[string][]oracleSymbol)
	table := ""
	for _, line := range o.run("-Ws") {
		if strings.HasPrefix(line, "Symbol table '") {
			table = strings.Split(line, "'")[1]
			continue
		}
		f := strings.Fields(line)
		if len(f) < 7 || !strings.HasSuffix(f[0], ":") || f[0] == "Num:" {
			continue
		}
		name := ""
		if len(f) > 7 {
			name, _, _ = strings.Cut(f[7], "@")
		}
		base := 10
		if strings.HasPrefix(f[2], "0x") {
			base = 0
		}
		size, err := strconv.ParseUint(f[2], base, 64)
		if err != nil {
			o.t.Fatalf("readelf -s %s: %q", o.path, line)
		}
		o.symbols[table] = append(o.symbols[table], oracleSymbol{o.number(f[1]), size, f[3], f[6], name})
	}
}

// place names an address, relative to a section if the file is an object.
func (o *oracle) place(section int, a uint64) string {
	if o.object {
		return fmt.Sprintf("%s+%#x", o.sections[section].name, a)
	}
	return fmt.Sprintf("%#x", a)
}

// words is the 8-byte words of a section, as places.
func (o *oracle) words(section int) []string {
	b := o.bytes(section)
	var words []string
	for n := 0; n+8 <= len(b); n += 8 {
		words = append(words, o.word(section, b, n))
	}
	return words
}

func (o *oracle) word(section int, b []byte, at int) string {
	if p, ok := o.moved[section][uint64(at)]; ok {
		return p
	}
	return fmt.Sprintf("%#x", binary.LittleEndian.Uint64(b[at:]))
}

func (o *oracle) descriptors(section int) []OracleSection {
	b := o.bytes(section)
	var found []OracleSection
	for n := 0; n+32 <= len(b); n += 32 {
		start, abort := o.word(section, b, n+8), o.word(section, b, n+24)
		if start == "0x0" && abort == "0x0" {
			continue
		}
		s := OracleSection{
			At: o.place(section, o.sections[section].addr+uint64(n)), Start: start, Abort: abort,
			Version: binary.LittleEndian.Uint32(b[n:]), Flags: binary.LittleEndian.Uint32(b[n+4:]),
		}
		base, at := "", start
		if i := strings.LastIndex(start, "+"); i >= 0 {
			base, at = start[:i+1], start[i+1:]
		}
		s.End = fmt.Sprintf("%s%#x", base, o.number(at)+binary.LittleEndian.Uint64(b[n+16:]))
		s.Symbols = o.around(strings.TrimSuffix(base, "+"), o.number(at))
		found = append(found, s)
	}
	return found
}

// around lists the functions that cover an address, those with the highest
// start.
func (o *oracle) around(section string, a uint64) []string {
	var names []string
	latest := uint64(0)
	for _, table := range []string{".symtab", ".dynsym"} {
		for _, s := range o.symbols[table] {
			n, err := strconv.Atoi(s.ndx)
			if s.typ != "FUNC" || err != nil || a-s.value >= s.size || o.object && o.sections[n].name != section {
				continue
			}
			switch {
			case len(names) == 0 || s.value > latest:
				names, latest = []string{s.name}, s.value
			case s.value == latest:
				names = append(names, s.name)
			}
		}
	}
	return names
}

package remote

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"rseqstep/table"
)

// errNoLinkMap says that the dynamic linker has not listed the libraries (yet),
// or that there is none.
var errNoLinkMap = errors.New("no list of libraries")

// librariesXML lists the shared libraries as the dynamic linker has them (gdb
// manual, "Library List Format for SVR4 Targets"). lldb is not told main-lm: it
// takes that for the place that leads to r_debug, and then never learns of a
// library (seen with lldb 14; lldb-server leaves it out as well).
func (c *client) librariesXML() (string, error) {
	var b strings.Builder
	b.WriteString(`<library-list-svr4 version="1.0"`)
	head, err := c.linkMap()
	if err != nil {
		b.WriteString("/>")
		return b.String(), nil
	}
	esc := xmlEscaper()
	main := true
	for n := 0; head != 0 && n < maxLibraries; n++ {
		m, err := c.words(head, 4) // l_addr, l_name, l_ld, l_next of struct link_map (link.h)
		if err != nil {
			break
		}
		if main {
			if !c.threadSuffix {
				fmt.Fprintf(&b, ` main-lm="%#x"`, head)
			}
			b.WriteByte('>')
			main = false
		} else if name := c.cString(m[1]); name != "" && !c.inVDSO(m[2]) {
			fmt.Fprintf(&b, `<library name="%s" lm="%#x" l_addr="%#x" l_ld="%#x" lmid="0x0"/>`, esc.Replace(name), head, m[0], m[2])
		}
		head = m[3]
	}
	if main {
		b.WriteByte('>')
	}
	b.WriteString("</library-list-svr4>")
	return b.String(), nil
}

// maxLibraries bounds the list, which the program may have damaged.
const maxLibraries = 1 << 16

// inVDSO tells the linker's entry for the vDSO, which is no file, by its
// dynamic section.
func (c *client) inVDSO(dynamic uint64) bool {
	v := c.p.engine.VDSO()
	return v != nil && v.Contains(table.Addr(dynamic))
}

// linkMap is where the list begins: r_map of struct r_debug, which the
// program's DT_DEBUG entry leads to.
func (c *client) linkMap() (uint64, error) {
	dynamic, err := c.dynamic()
	if err != nil {
		return 0, err
	}
	for n := 0; n < 256; n++ {
		e, err := c.words(dynamic+uint64(16*n), 2)
		if err != nil {
			return 0, err
		}
		switch elf.DynTag(e[0]) {
		case elf.DT_NULL:
			return 0, errNoLinkMap
		case elf.DT_DEBUG:
			if e[1] == 0 {
				return 0, errNoLinkMap
			}
			r, err := c.words(e[1], 2) // r_version, r_map
			if err != nil || r[1] == 0 {
				return 0, errNoLinkMap
			}
			return r[1], nil
		}
	}
	return 0, errNoLinkMap
}

// dynamic is the address of the program's dynamic section.
func (c *client) dynamic() (uint64, error) {
	headers, at, err := c.programHeaders()
	if err != nil {
		return 0, err
	}
	var own, dynamic uint64
	for _, h := range headers {
		switch elf.ProgType(h.Type) {
		case elf.PT_PHDR:
			own = h.Vaddr
		case elf.PT_DYNAMIC:
			dynamic = h.Vaddr
		}
	}
	if dynamic == 0 || own == 0 {
		return 0, errNoLinkMap
	}
	return dynamic + at - own, nil
}

// programHeaders are the program's own, and where they lie in its memory: the
// kernel's auxiliary vector points to them (getauxval(3)).
func (c *client) programHeaders() (headers []elf.Prog64, at uint64, err error) {
	const atPhdr, atPhent, atPhnum = 3, 4, 5
	auxv, err := os.ReadFile(procFile(c.p.target.PID(), "auxv"))
	if err != nil {
		return nil, 0, err
	}
	values := map[uint64]uint64{}
	for ; len(auxv) >= 16; auxv = auxv[16:] {
		values[binary.LittleEndian.Uint64(auxv)] = binary.LittleEndian.Uint64(auxv[8:])
	}
	for n := uint64(0); n < values[atPhnum] && n < 64; n++ {
		var h elf.Prog64
		raw := make([]byte, binary.Size(h))
		if got, err := c.p.target.ReadMemory(table.Addr(values[atPhdr]+n*values[atPhent]), raw); got < len(raw) {
			return nil, 0, err
		}
		if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, &h); err != nil {
			return nil, 0, err
		}
		headers = append(headers, h)
	}
	return headers, values[atPhdr], nil
}

// words reads n words of 8 bytes.
func (c *client) words(addr uint64, n int) ([]uint64, error) {
	p := make([]byte, 8*n)
	if got, err := c.p.target.ReadMemory(table.Addr(addr), p); got < len(p) {
		return nil, err
	}
	out := make([]uint64, n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	return out, nil
}

// cString reads a string of at most a path's length (PATH_MAX).
func (c *client) cString(addr uint64) string {
	p := make([]byte, 4096)
	n, _ := c.p.target.ReadMemory(table.Addr(addr), p)
	if i := bytes.IndexByte(p[:n], 0); i >= 0 {
		return string(p[:i])
	}
	return ""
}

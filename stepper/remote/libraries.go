package remote

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// errNoLinkMap: the dynamic linker has not listed the libraries (yet), or there
// is no such linker.
var errNoLinkMap = errors.New("no list of libraries")

// librariesXML lists the shared libraries in the dynamic linker's list (gdb manual,
// "Library List Format for SVR4 Targets"). A namespace's lmid is the address of its
// r_debug, as in gdbserver: gdb 18 reads it when a library is loaded, and stops looking
// for libraries if it finds nothing. lldb gets no main-lm: it takes that for the pointer
// to r_debug, and then never learns of a library (seen with lldb 14; lldb-server omits it
// too).
func (c *client) librariesXML(annex string) (string, error) {
	from, ok := parseListFrom(annex)
	if !ok {
		return "", errSyntax
	}
	var list strings.Builder
	var mainMap string
	debug, byLoader, err := c.debugStructure()
	if err != nil && c.lldb() {
		return "", err // it takes a list for complete, and then does not look for the program
	}
	if err != nil {
		return `<library-list-svr4 version="1.0"/>`, nil
	}
	left := maxLibraries
	if from.start != 0 {
		if from.lmid != 0 {
			debug = from.lmid
		}
		c.listFrom(&list, from, debug, left)
		return `<library-list-svr4 version="1.0">` + list.String() + "</library-list-svr4>", nil
	}
	for main := true; debug != 0 && left > 0; main = false {
		head, next, err := c.namespace(debug)
		if err != nil {
			break
		}
		if main && head != 0 && !c.threadSuffix && !byLoader {
			mainMap = fmt.Sprintf(` main-lm="%#x"`, head)
		}
		for first := main; head != 0 && left > 0; left-- {
			m, err := c.words(head, 4) // l_addr, l_name, l_ld, l_next of struct link_map (link.h)
			if err != nil {
				break
			}
			switch {
			case !first:
				c.listLibrary(&list, head, m, debug)
			case byLoader: // the program that the linker runs has no name there
				c.listAs(&list, c.mappedAt(m[2]), head, m, debug)
			}
			first, head = false, m[3]
		}
		debug, left = next, left-1
	}
	return `<library-list-svr4 version="1.0"` + mainMap + ">" + list.String() + "</library-list-svr4>", nil
}

// listFrom appends the rest of a namespace's list, from a link_map on. If that link_map
// does not follow the one that the client names, the list has changed since, and nothing
// is appended.
func (c *client) listFrom(list *strings.Builder, from listFrom, debug uint64, left int) {
	for at, prev := from.start, from.prev; at != 0 && left > 0; left-- {
		m, err := c.words(at, 5) // l_prev follows l_next
		if err != nil || m[4] != prev {
			return
		}
		if prev != 0 {
			c.listLibrary(list, at, m, debug)
		}
		at, prev = m[3], at
	}
}

// listLibrary appends one entry: the link_map at an address, its words, and the
// r_debug of its namespace.
func (c *client) listLibrary(list *strings.Builder, at uint64, m []uint64, debug uint64) {
	c.listAs(list, c.cString(m[1]), at, m, debug)
}

func (c *client) listAs(list *strings.Builder, name string, at uint64, m []uint64, debug uint64) {
	if name != "" && !c.inVDSO(m[2]) {
		fmt.Fprintf(list, `<library name="%s" lm="%#x" l_addr="%#x" l_ld="%#x" lmid="%#x"/>`, xmlEscaper().Replace(name), at, m[0], m[2], debug)
	}
}

// maxLibraries bounds the list, which the program may have damaged.
const maxLibraries = 1 << 16

// inVDSO recognises the linker's entry for the vDSO, which is no file, by its
// dynamic section.
func (c *client) inVDSO(dynamic uint64) bool {
	v := c.p.engine.VDSO()
	return v != nil && v.Contains(table.Addr(dynamic))
}

// debugStructure is the address of struct r_debug (link.h), to which the program's
// DT_DEBUG entry points once the dynamic linker has made the list; byLoader is true if
// that linker was started as the program.
func (c *client) debugStructure() (debug uint64, byLoader bool, err error) {
	debug, err = c.dynamicDebug()
	if err != nil {
		byLoader = true
		debug, err = c.loaderDebug()
	}
	if err != nil || debug == 0 {
		return 0, false, errNoLinkMap
	}
	if head, _, err := c.namespace(debug); err != nil || head == 0 {
		return 0, false, errNoLinkMap
	}
	return debug, byLoader, nil
}

// dynamicDebug is the value of DT_DEBUG, 0 while it is unset.
func (c *client) dynamicDebug() (uint64, error) {
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
			return e[1], nil
		}
	}
	return 0, errNoLinkMap
}

// linkMap is the first entry of the program's own namespace: the program.
func (c *client) linkMap() (uint64, error) {
	debug, _, err := c.debugStructure()
	if err != nil {
		return 0, err
	}
	head, _, err := c.namespace(debug)
	return head, err
}

// namespace reads struct r_debug: the first entry of a namespace's list (0 if
// it is empty), and the r_debug of the next namespace (dlmopen(3)), 0 for none.
func (c *client) namespace(debug uint64) (head, next uint64, err error) {
	r, err := c.words(debug, 2) // int r_version, r_map
	if err != nil {
		return 0, 0, err
	}
	if int32(r[0]) >= 2 { // struct r_debug_extended, since glibc 2.35: r_next behind r_brk, r_state, r_ldbase
		if more, err := c.words(debug+40, 1); err == nil {
			next = more[0]
		}
	}
	return r[1], next, nil
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

// programHeaders are the program's own, and their address in its memory: the
// kernel's auxiliary vector points to them (getauxval(3)).
func (c *client) programHeaders() (headers []elf.Prog64, at uint64, err error) {
	const atPhdr, atPhent, atPhnum = 3, 4, 5
	auxv, err := os.ReadFile(procFile(tracee.ProcID(c.p.target), "auxv"))
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

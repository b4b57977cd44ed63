package expr_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// corruptible are one variable of each kind.
const corruptible = "ints s view m3 set3 ums l3 f2 d3 vb bits bitsmany stk up uc sp os ov vi vv pr t3 ai ap il own mit lit vit bit lists"

// checkCorrupt fills each container with what it may have before its constructor runs or after a
// wild write: addresses of itself, which make circles, and sizes without end. It must be shown
// with a bounded number of reads, and never as more than was asked for.
func (p *program) checkCorrupt(t *testing.T) {
	t.Helper()
	locals, err := p.ctx.Locals()
	if err != nil {
		t.Fatal(err)
	}
	c, mem := p.ctx, &patched{Memory: p.ctx.Mem, pages: map[table.Addr][]byte{}}
	c.Mem = mem
	defer func() { c.Mem = mem.Memory }()
	for _, v := range locals {
		at, ok := v.Value.Addr()
		data, err := v.Value.Bytes(c)
		if !ok || err != nil || !slices.Contains(strings.Fields(corruptible), v.Name) {
			continue
		}
		old := bytes.Clone(data)
		for _, word := range []uint64{uint64(at), 1<<64 - 1, 1 << 60, 1 << 20, 1} {
			for n := 0; n+8 <= len(old); n += 8 {
				w := word
				if n%16 == 8 && word == 1<<20 { // a beginning far from the end
					w = uint64(at)
				}
				mem.patch(at+table.Addr(n), binary.LittleEndian.AppendUint64(nil, w))
			}
			mem.reads = 0
			asked := []string{"print %s", "print %s.size()", "print %s[3]", "print *%s", "print %s.back()", "whatis %s[1]"}
			if slices.Contains([]string{"l3", "m3"}, v.Name) {
				asked = append(asked, "print -elements 0 -- %s")
			}
			for _, command := range asked {
				p.run(fmt.Sprintf(command, v.Name))
			}
			named, indexed := c.Children(v.Value)
			for _, start := range []int{0, named + indexed - 1, 1 << 30} {
				if list := c.Part(v.Value, start, 100); len(list) > 101 {
					t.Errorf("%s has %d parts of 100", v.Name, len(list))
				}
			}
			c.PartNamed(v.Value, "no such part")
			if mem.reads > 1<<24 {
				t.Errorf("%s with the words %#x: %d reads", v.Name, word, mem.reads)
			}
		}
		mem.patch(at, old)
	}
}

// patched is memory with changes, which counts the reads.
type patched struct {
	machine.Memory
	pages map[table.Addr][]byte // nil: cannot be read
	reads int
}

const page = 4096

func (m *patched) page(at table.Addr) []byte {
	b, ok := m.pages[at/page]
	if !ok {
		b = make([]byte, page)
		if n, _ := m.Memory.ReadMemory(at/page*page, b); n < page {
			b = nil
		}
		m.pages[at/page] = b
	}
	return b
}

func (m *patched) ReadMemory(at table.Addr, b []byte) (n int, err error) {
	m.reads++
	for n < len(b) {
		from := m.page(at + table.Addr(n))
		if from == nil {
			return n, errUnmapped
		}
		n += copy(b[n:], from[(at+table.Addr(n))%page:])
	}
	return n, nil
}

func (m *patched) patch(at table.Addr, b []byte) {
	for n := range b {
		if to := m.page(at + table.Addr(n)); to != nil {
			to[(at+table.Addr(n))%page] = b[n]
		}
	}
}

//go:build linux && (amd64 || arm64)

package opv_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// twin is a mapping of the scratch process and its expected contents. Every
// write to one is made to the other too: here by the test or the vector, there
// by the test or the processor; a byte that differs is a stray write of one of
// them.
type twin struct {
	c    *processor
	at   table.Addr
	want []byte
}

// newTwin maps n bytes at exactly that address.
func newTwin(c *processor, at table.Addr, n int) (*twin, error) {
	const readWriteExecute, privateAnonymousFixed = 7, 0x100022 // MAP_FIXED_NOREPLACE
	got, err := c.p.Syscall(c.tid, c.p.Arch().Calls.Mmap, uint64(at), uint64(n), readWriteExecute, privateAnonymousFixed, ^uint64(0), 0)
	if err != nil || got != int64(at) {
		return nil, fmt.Errorf("mmap at %v: %#x, %w", at, got, err)
	}
	return &twin{c: c, at: at, want: make([]byte, n)}, nil
}

// part is the expected contents of n bytes at addr; nil if they are not all in
// the twin.
func (w *twin) part(addr table.Addr, n int) []byte {
	if off := uint64(addr - w.at); off < uint64(len(w.want)) && uint64(n) <= uint64(len(w.want))-off {
		return w.want[off:][:n:n]
	}
	return nil
}

// put writes both.
func (w *twin) put(addr table.Addr, p []byte) error {
	copy(w.part(addr, len(p)), p)
	_, err := w.c.p.WriteMemory(addr, p)
	return err
}

// compare reports where the process's memory differs, in n bytes at addr.
func (w *twin) compare(addr table.Addr, n int) error {
	got, want := make([]byte, n), w.part(addr, n)
	if _, err := w.c.p.ReadMemory(addr, got); err != nil {
		return err
	}
	if bytes.Equal(got, want) {
		return nil
	}
	for k := range got {
		if got[k] != want[k] {
			return fmt.Errorf("%v holds %#x, the vector made it %#x", addr+table.Addr(k), got[k], want[k])
		}
	}
	return nil
}

// place is a range of a twin.
type place struct {
	w    *twin
	addr table.Addr
	n    int
}

// lay writes the memory that a pass saw into both, and returns those ranges and
// what is near them: a stray store is often close to its target. Bytes that are
// written before they are read begin as the complement of their final value.
func lay(twins []*twin, log []opv.Access) ([]place, error) {
	var all []place
	for _, a := range slices.Backward(log) { // the first value seen stays
		i := slices.IndexFunc(twins, func(w *twin) bool { return w.part(a.Addr, len(a.Data)) != nil })
		if i < 0 {
			return nil, fmt.Errorf("%v is in no mapping", a.Addr)
		}
		p := twins[i].part(a.Addr, len(a.Data))
		switch a.Kind {
		case opv.AccessRead:
			copy(p, a.Data)
		case opv.AccessAdd:
			copy(p, a.Old)
		case opv.AccessWrite:
			for k, b := range a.Data {
				p[k] = ^b
			}
		}
		all = append(all, twins[i].around(a.Addr, len(a.Data)))
	}
	all = merge(all)
	for _, p := range all {
		if err := p.w.put(p.addr, p.w.part(p.addr, p.n)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// around is a range and 64 bytes to either side of it, if they exist.
func (w *twin) around(addr table.Addr, n int) place {
	const more = 64
	from := max(w.at, addr-more)
	return place{w, from, int(min(w.at+table.Addr(len(w.want)), addr+table.Addr(n)+more) - from)}
}

// merge joins ranges that overlap or nearly do, because each costs a system
// call.
func merge(all []place) []place {
	const gap = 512
	slices.SortFunc(all, func(a, b place) int { return cmp.Compare(a.addr, b.addr) })
	var out []place
	for _, p := range all {
		if n := len(out) - 1; n >= 0 && out[n].w == p.w && p.addr <= out[n].addr+table.Addr(out[n].n)+gap {
			out[n].n = max(out[n].n, int(p.addr-out[n].addr)+p.n)
			continue
		}
		out = append(out, p)
	}
	return out
}

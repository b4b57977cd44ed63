package remote

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
)

// armThread are the registers of a thread on a processor whose vectors have length bytes, 0 for one
// without SVE, which also has no signed addresses.
func armThread(length int) (machine.Regs, []byte) {
	var w machine.Words
	for x := range w {
		w[x] = uint64(x) << 8
	}
	w[arm64.CodeMask] = 0
	area := make([]byte, sveAt)
	if length > 0 {
		w[arm64.CodeMask] = 0x7f << 48
		area = append(area, make([]byte, sveRegisters-sveAt)...)
		binary.LittleEndian.PutUint16(area[sveLength:], uint16(length))
	}
	return arm64.Arch().Regs(w), area
}

// The numbers are those of gdb 16's own server, but for its last register, tpidr2.
func TestGDBsRegistersOfArm64(t *testing.T) {
	for _, c := range []struct {
		length   int
		features string
		numbers  map[string]int
		count    int
	}{
		{0, "core fpu tls", map[string]int{"x0": 0, "x30": 30, "sp": 31, "pc": 32, "cpsr": 33, "v0": 34, "v31": 65, "fpsr": 66, "fpcr": 67, "tpidr": 68}, 69},
		{64, "core sve pauth tls", map[string]int{"z0": 34, "z31": 65, "fpsr": 66, "fpcr": 67, "p0": 68, "p15": 83, "ffr": 84, "vg": 85, "pauth_dmask": 86, "pauth_cmask": 87, "tpidr": 88}, 89},
	} {
		now, area := armThread(c.length)
		l := layoutOf(arm64.Arch())
		features := l.gdb(&now, area)
		var names []string
		for _, f := range features {
			names = append(names, strings.TrimPrefix(f.name, "org.gnu.gdb.aarch64."))
		}
		if got := strings.Join(names, " "); got != c.features {
			t.Errorf("features %q, want %q", got, c.features)
		}
		regs := flatten(features)
		for name, n := range c.numbers {
			if n >= len(regs) || regs[n].name != name {
				t.Errorf("register %d is not %s", n, name)
			}
		}
		if len(regs) != c.count {
			t.Errorf("%d registers, want %d", len(regs), c.count)
		}
		stops := []int{29, 31, 32}
		if c.length > 0 {
			stops = append(stops, 85)
		}
		if got := expedited(arm64.Arch(), regs); !slices.Equal(got, stops) {
			t.Errorf("a stop reply has %v, want %v", got, stops)
		}
		var parsed any
		if err := xml.Unmarshal([]byte(description(l, features)), &parsed); err != nil {
			t.Error(err)
		}
	}
}

// Whatever is written to a register is read from it again, and no other register changes, except those
// that share their place with it.
func TestRegistersAreWrittenWhereTheyAreRead(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	check := func(t *testing.T, now machine.Regs, area []byte, regs []register) {
		for i := range regs {
			f := &regfile{user: &now, area: bytes.Clone(area)}
			f.user = f.copied()
			before := readEvery(t, f, regs)
			r := &regs[i]
			value := make([]byte, r.size)
			for n := range value {
				value[n] = byte(random.Uint32())
			}
			err := f.write(r, value)
			if r.fixed {
				if err == nil || f.write(r, []byte(before[i])) != nil {
					t.Errorf("%s is changed: %v", r.name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", r.name, err)
			}
			for n, is := range readEvery(t, f, regs) {
				if n == i && !strings.HasPrefix(is, string(value[:stored(r)])) {
					t.Errorf("%s is % x after % x", r.name, is, value)
				} else if n != i && is != before[n] && !shares(r, &regs[n]) {
					t.Errorf("%s changes with %s", regs[n].name, r.name)
				}
			}
		}
	}
	for _, length := range []int{0, 16, 64, 256} {
		now, area := armThread(length)
		l := layoutOf(arm64.Arch())
		for name, regs := range map[string][]register{"gdb": flatten(l.gdb(&now, area)), "delve": l.delve(&now, area), "lldb": l.lldb(&now, area)} {
			t.Run(fmt.Sprintf("arm64/%d/%s", length, name), func(t *testing.T) { check(t, now, area, regs) })
		}
	}
	now, area := amd64.Arch().Regs(machine.Words{}), make([]byte, 512)
	l := layoutOf(amd64.Arch())
	t.Run("amd64", func(t *testing.T) { check(t, now, area, l.delve(&now, area)) })
}

func readEvery(t *testing.T, f *regfile, regs []register) (list []string) {
	t.Helper()
	for i := range regs {
		b, err := f.read(&regs[i])
		if err != nil {
			t.Fatalf("%s: %v", regs[i].name, err)
		}
		list = append(list, string(b))
	}
	return list
}

// stored is how many bytes of a register are stored as they are written.
func stored(r *register) int {
	switch {
	case r.place == inTags:
		return 0
	case len(r.pieces) > 0:
		return r.size
	}
	return r.kept
}

// shares reports whether two registers of the area overlap.
func shares(a, b *register) bool {
	if a.place == inUser || b.place == inUser {
		return a.place == b.place && a.of == b.of
	}
	return slices.ContainsFunc(placesOf(a), func(p piece) bool {
		return slices.ContainsFunc(placesOf(b), func(q piece) bool { return p.at < q.at+q.size && q.at < p.at+p.size })
	})
}

func placesOf(r *register) []piece {
	if len(r.pieces) > 0 {
		return r.pieces
	}
	return []piece{{at: r.at, size: max(r.kept, 1)}}
}

// A thread that does not use SVE begins to when what only SVE has gets a content; the area then is the
// kernel's, with everything at its place.
func TestAThreadBeginsToUseSVE(t *testing.T) {
	const length = 32
	_, area := armThread(length)
	area[16] = 0xaa // v1
	regs := scalable(length)
	f := &regfile{area: bytes.Clone(area)}
	value := make([]byte, length)
	value[3] = 1
	if f.writeSVE(&regs[2], value); len(f.area) != len(area) || f.area[2*16+3] != 1 {
		t.Errorf("v2 alone changes, and the area has %d bytes instead of %d", len(f.area), len(area))
	}
	value[length-1] = 7
	f.writeSVE(&regs[2], value)
	// SVE_PT_SIZE of arch/arm64/include/uapi/asm/ptrace.h: header, 32 vectors, 17 predicates, two words, in units of 16
	want := 528 + 16 + 32*length + 17*length/8 + 12 + 16
	if len(f.area) != want {
		t.Fatalf("%d bytes, want %d", len(f.area), want)
	}
	if f.area[sveFlags]&1 != 1 || vectorLength(f.area) != length || int(binary.LittleEndian.Uint32(f.area[sveSize:])) != want-528 {
		t.Errorf("the header is % x", f.area[sveAt:sveRegisters])
	}
	if at := sveRegisters + 2*length; f.area[at+length-1] != 7 || f.area[2*16+3] != 1 || f.area[16] != 0xaa {
		t.Error("z2 or v1 is not at its place")
	}
}

// Delve looks for these names (pkg/proc/gdbserial, newProcess and reloadRegisters).
func TestDelveFindsItsRegistersOfArm64(t *testing.T) {
	now, area := armThread(64)
	var names []string
	for _, r := range layoutOf(arm64.Arch()).delve(&now, area) {
		names = append(names, r.name)
		if r.size > 16 {
			t.Errorf("Delve does not show %s, of %d bytes", r.name, r.size)
		}
	}
	for _, name := range []string{"pc", "sp", "fp", "lr", "x0", "x28", "v31"} {
		if !slices.Contains(names, name) {
			t.Errorf("no %s", name)
		}
	}
}

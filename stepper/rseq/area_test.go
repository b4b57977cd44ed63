package rseq_test

import (
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
)

// area builds a struct rseq: cpu_id, rseq_cs, flags, mm_cid, and the bytes of slice_ctrl.
func area(cpu int32, cs uint64, flags uint32, cid int32, slice ...byte) []byte {
	b := make([]byte, 64)
	binary.LittleEndian.PutUint32(b[4:], uint32(cpu))
	binary.LittleEndian.PutUint64(b[8:], cs)
	binary.LittleEndian.PutUint32(b[16:], flags)
	binary.LittleEndian.PutUint32(b[24:], uint32(cid))
	copy(b[28:], slice)
	return b
}

// TestAreasAreRead: every field decodes; the fields beyond the original size decode only if the
// registration has them.
func TestAreasAreRead(t *testing.T) {
	const at, flags = 0x7000, 1<<4 | 1<<5
	wide := tracee.RseqConfig{Area: at, Size: 64}
	for _, c := range []struct {
		name   string
		config tracee.RseqConfig
		bytes  []byte
		want   rseq.Area
		cid    int
		slice  string
	}{
		{"armed", wide, area(3, 0x404000, 0, 7), rseq.Area{CPU: 3, Armed: 0x404000}, 7, "none"},
		{"not written yet", wide, area(-1, 0, 0, -1), rseq.Area{CPU: -1}, -1, "none"},
		{"a slice that is off", wide, area(0, 0, 1<<4, 0, 0, 0), rseq.Area{Slice: rseq.Slice{Available: true}}, 0, "off"},
		{"one asked for", wide, area(0, 0, flags, 0, 1, 0), rseq.Area{Slice: rseq.Slice{Available: true, Enabled: true, Requested: true}}, 0, "on, requested"},
		{"one given", wide, area(0, 0, flags, 0, 0, 1), rseq.Area{Slice: rseq.Slice{Available: true, Enabled: true, Granted: true}}, 0, "on, granted"},
		{"the program's own bytes there", tracee.RseqConfig{Area: at, Size: 32}, area(0, 0, flags, 0, 1, 1), rseq.Area{}, 0, "none"},
	} {
		m := &memory{bytes: map[addr]byte{}}
		m.put(at, c.bytes...)
		got, err := rseq.ReadArea(m, c.config)
		if err != nil || got != c.want || got.Slice.String() != c.slice {
			t.Errorf("%s: %+v (slice %v), %v", c.name, got, got.Slice, err)
		}
		if cpu, cid := rseq.CPU(m, c.config), rseq.CID(m, c.config); cpu != c.want.CPU || cid != c.cid {
			t.Errorf("%s: CPU %d, CID %d", c.name, cpu, cid)
		}
		before := string(c.bytes)
		rseq.ClearSlice(c.config, c.bytes)
		if s := rseq.ParseArea(c.config, c.bytes).Slice; s.Requested || s.Granted {
			t.Errorf("%s: after it was cleared: %v", c.name, s)
		}
		if !c.want.Slice.Enabled && string(c.bytes) != before {
			t.Errorf("%s: what is the program's own was cleared", c.name)
		}
	}
}

// short reads fewer bytes than requested and returns no error.
type short struct{}

func (short) ReadMemory(addr, []byte) (int, error) { return 8, nil }

// TestAreasThatCannotBeRead: ReadArea returns an error, and CPU returns -1.
func TestAreasThatCannotBeRead(t *testing.T) {
	c := tracee.RseqConfig{Area: 0x7000, Size: 32}
	m := &memory{bytes: map[addr]byte{}}
	if got, err := rseq.ReadArea(m, c); !errors.Is(err, errUnmapped) || got != (rseq.Area{CPU: -1}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := rseq.ReadArea(short{}, c); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%+v, %v", got, err)
	}
	if cpu, cid := rseq.CPU(m, c), rseq.CID(m, c); cpu != -1 || cid != -1 {
		t.Errorf("CPU %d, CID %d", cpu, cid)
	}
	m.put(0, area(3, 0, 0, 3)...)
	if cpu := rseq.CPU(m, tracee.RseqConfig{}); cpu != -1 {
		t.Errorf("without a registration: CPU %d", cpu)
	}
}

// TestModesOfRegistrations: a kernel with fields beyond the original size has two modes, chosen
// by the registered size; any other kernel has one mode for all registrations.
func TestModesOfRegistrations(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules rseq.Rules
		size  uint32
		want  rseq.Mode
		text  string
	}{
		{"none", rseq.Rules{FeatureSize: 33}, 0, 0, ""},
		{"a kernel that says nothing", rseq.Rules{}, 32, rseq.Legacy, "legacy"},
		{"fields within the original size", rseq.Rules{FeatureSize: 28}, 32, rseq.Legacy, "legacy"},
		{"the same, and ids reset by a registration", rseq.Rules{FeatureSize: 28, Resets: true}, 32, rseq.Optimized, "optimized"},
		{"fields beyond it, an area of the original size", rseq.Rules{FeatureSize: 33, Resets: true}, 32, rseq.Legacy, "legacy"},
		{"fields beyond it, a larger area", rseq.Rules{FeatureSize: 33, Resets: true}, 64, rseq.Optimized, "optimized"},
	} {
		config := tracee.RseqConfig{Size: c.size}
		if c.size > 0 {
			config.Area = 0x7000
		}
		if got := c.rules.Mode(config); got != c.want || got.String() != c.text {
			t.Errorf("%s: %q, not %q", c.name, got, c.text)
		}
	}
}

package table_test

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"rseqstep/table"
)

// TestValidateRepeatsTheKernelsChecks: each check alone, at its limit and beyond.
func TestValidateRepeatsTheKernelsChecks(t *testing.T) {
	const size = 1<<56 - 4096
	good := table.Signature{Value: 0x53053053, Found: true}
	rules := table.RulesFor(elf.EM_X86_64, elf.ELFCLASS64, binary.LittleEndian)
	d := func(start table.FileAddr, length uint64, abort table.FileAddr) table.Descriptor {
		return table.Descriptor{StartIP: start, PostCommitOffset: length, AbortIP: abort}
	}
	flagged, versioned := d(0x1000, 0x10, 0x2000), d(0x1000, 0x10, 0x2000)
	flagged.Flags, versioned.Version = 1, 1
	for name, c := range map[string]struct {
		d    table.Descriptor
		sig  table.Signature
		want []table.Check
	}{
		"good":                    {d(0x1000, 0x10, 0x2000), good, nil},
		"abort is the end":        {d(0x1000, 0x10, 0x1010), good, nil},
		"abort before the start":  {d(0x1000, 0x10, 0xfff), good, nil},
		"abort is the start":      {d(0x1000, 0x10, 0x1000), good, []table.Check{table.CheckInside}},
		"abort is the last byte":  {d(0x1000, 0x10, 0x100f), good, []table.Check{table.CheckInside}},
		"empty":                   {d(0x1000, 0, 0x1000), good, nil},
		"end is the last address": {d(size-0x11, 0x10, 0x2000), good, nil},
		"end is beyond":           {d(size-0x10, 0x10, 0x2000), good, []table.Check{table.CheckEnd}},
		"start is beyond":         {d(size, 0x10, 0x2000), good, []table.Check{table.CheckStart, table.CheckEnd}},
		"abort is beyond":         {d(0x1000, 0x10, size), good, []table.Check{table.CheckAbort}},
		"wraps":                   {d(0x1000, math.MaxUint64, 0x10), good, []table.Check{table.CheckOverflow, table.CheckInside}},
		"version":                 {versioned, good, []table.Check{table.CheckVersion}},
		"flags":                   {flagged, good, []table.Check{table.CheckFlags}},
		"signature":               {d(0x1000, 0x10, 0x2000), table.Signature{Value: 0x0f0f0f0f, Found: true}, []table.Check{table.CheckSignature}},
		"no signature":            {d(0x1000, 0x10, 0x2000), table.Signature{}, []table.Check{table.CheckSignature}},
	} {
		errs := table.Validate(c.d, c.sig, rules)
		var got []table.Check
		for _, err := range errs {
			got = append(got, err.Check)
			if err.Error() == "" || strings.Contains(err.Error(), "Check(") {
				t.Errorf("%s: %v has no text", name, err.Check)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: failed %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: failed %v, want %v", name, got, c.want)
			}
		}
	}
}

// TestRegisteredSignatureCounts: not the customary one.
func TestRegisteredSignatureCounts(t *testing.T) {
	rules := table.Rules{Signatures: []uint32{0x12345678}}
	d := table.Descriptor{StartIP: 0x1000, PostCommitOffset: 4, AbortIP: 0x2000}
	if errs := table.Validate(d, table.Signature{Value: 0x12345678, Found: true}, rules); len(errs) != 0 {
		t.Errorf("refused: %v", errs)
	}
	errs := table.Validate(d, table.Signature{Value: 0x53053053, Found: true}, rules)
	if len(errs) != 1 || errs[0].Error() != "the 4 bytes before abort_ip 0x2000 are 0x53053053, not 0x12345678" {
		t.Errorf("%v, want the signature refused", errs)
	}
}

// TestFormatErrorUnwraps: down to the kind of error, and to the error itself.
func TestFormatErrorUnwraps(t *testing.T) {
	var err error = &table.FormatError{File: "a.out", Section: "__rseq_cs", Offset: 0x20, Err: table.ErrTruncated}
	var fe *table.FormatError
	if !errors.Is(err, table.ErrTruncated) || !errors.As(err, &fe) {
		t.Error("does not unwrap")
	}
	if got, want := err.Error(), "a.out: __rseq_cs+0x20: points past the end of the file"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

package remote

import (
	"encoding/xml"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
)

// lldbReg is a register as lldb reads it.
type lldbReg struct {
	Name    string `xml:"name,attr"`
	Bits    int    `xml:"bitsize,attr"`
	Number  int    `xml:"regnum,attr"`
	Offset  int    `xml:"offset,attr"`
	Alias   string `xml:"altname,attr"`
	Group   string `xml:"group,attr"`
	Generic string `xml:"generic,attr"`
	DWARF   string `xml:"dwarf_regnum,attr"`
	Of      string `xml:"value_regnums,attr"`
}

// lldbReads are the registers of a description, by name.
func lldbReads(t *testing.T, a *machine.Arch, regs []register) map[string]lldbReg {
	t.Helper()
	var d struct {
		Regs []lldbReg `xml:"feature>reg"`
	}
	if err := xml.Unmarshal([]byte(lldbDescription(a, regs)), &d); err != nil {
		t.Fatal(err)
	}
	size := 0
	for i := range regs {
		size += regs[i].size
	}
	names, numbers := map[string]lldbReg{}, map[int]bool{}
	for _, r := range d.Regs {
		if names[r.Name].Name != "" || numbers[r.Number] {
			t.Errorf("%s, number %d, is there twice", r.Name, r.Number)
		}
		if r.Offset+r.Bits/8 > size {
			t.Errorf("%s is beyond the packet g", r.Name)
		}
		names[r.Name], numbers[r.Number] = r, true
	}
	return names
}

// What lldb 19's own server says of registers: lldb needs these to unwind and to show what belongs
// together.
func TestLLDBsRegistersOfArm64(t *testing.T) {
	for _, length := range []int{0, 64} {
		now, area := armThread(length)
		names := lldbReads(t, arm64.Arch(), layoutOf(arm64.Arch()).lldb(&now, area))
		for _, want := range []lldbReg{
			{Name: "x0", Bits: 64, Group: setGeneral, Generic: "arg1", DWARF: "0"},
			{Name: "x7", Bits: 64, Number: 7, Group: setGeneral, Generic: "arg8", DWARF: "7"},
			{Name: "fp", Bits: 64, Number: 29, Alias: "x29", Group: setGeneral, Generic: "fp", DWARF: "29"},
			{Name: "lr", Bits: 64, Number: 30, Alias: "x30", Group: setGeneral, Generic: "ra", DWARF: "30"},
			{Name: "sp", Bits: 64, Number: 31, Group: setGeneral, Generic: "sp", DWARF: "31"},
			{Name: "pc", Bits: 64, Number: 32, Group: setGeneral, Generic: "pc", DWARF: "32"},
			{Name: "cpsr", Bits: 32, Number: 33, Group: setGeneral, Generic: "flags", DWARF: "33"},
			{Name: "w28", Bits: 32, Group: setGeneral, Of: "28"},
			{Name: "s3", Bits: 32, Group: setFloat, Of: "37"},
			{Name: "d31", Bits: 64, Group: setFloat, Of: "65"},
			{Name: "fpsr", Bits: 32, Group: setFloat},
			{Name: "tpidr", Bits: 64, Group: setThread},
		} {
			got := names[want.Name]
			if want.Number == 0 {
				got.Number = 0
			}
			if got.Offset = 0; got.DWARF == "36" {
				got.DWARF = "" // tpidr has one too
			}
			if got != want {
				t.Errorf("%d: %+v, want %+v", length, got, want)
			}
		}
		if v := names["v7"]; (v.Of == "") == (length > 0) || v.Bits != 128 {
			t.Errorf("%d: %+v", length, v)
		}
		if z, vg := names["z7"], names["vg"]; length > 0 && (z.Bits != 8*length || vg.DWARF != "46" || z.DWARF != "103") {
			t.Errorf("%d: %+v, %+v", length, z, vg)
		}
	}
}

func TestLLDBsRegistersOfAmd64(t *testing.T) {
	now, area := amd64.Arch().Regs(machine.Words{}), make([]byte, 512)
	names := lldbReads(t, amd64.Arch(), layoutOf(amd64.Arch()).lldb(&now, area))
	for name, of := range map[string]string{"eax": "rax", "r15l": "r15", "mm7": "st7", "ah": "rax"} {
		if p, whole := names[name], names[of]; p.Of == "" || p.Offset < whole.Offset || p.Offset >= whole.Offset+whole.Bits/8 {
			t.Errorf("%+v of %+v", p, whole)
		}
	}
	if g := names["rip"].Generic; g != "pc" || !strings.HasPrefix(names["rdi"].Generic, "arg") {
		t.Errorf("rip is %q", g)
	}
}

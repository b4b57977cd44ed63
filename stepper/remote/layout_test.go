package remote

import (
	"encoding/binary"
	"encoding/xml"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
)

// described is a target description, as far as sizes go.
type described struct {
	Features []struct {
		Types []struct {
			XMLName xml.Name
			ID      string `xml:"id,attr"`
			Type    string `xml:"type,attr"`
			Count   int    `xml:"count,attr"`
			Size    int    `xml:"size,attr"`
			Fields  []struct {
				Type string `xml:"type,attr"`
			} `xml:"field"`
		} `xml:",any"`
		Regs []struct {
			Name string `xml:"name,attr"`
			Bits int    `xml:"bitsize,attr"`
			Type string `xml:"type,attr"`
		} `xml:"reg"`
	} `xml:"feature"`
}

// A register's size is that of its type: gdb believes the type.
func TestRegistersHaveTheSizesOfTheirTypes(t *testing.T) {
	avx := make([]byte, 4096)
	binary.LittleEndian.PutUint64(avx[xcr0At:], ^uint64(0))
	thread, plain := armThread(0)
	_, sve := armThread(64)
	_, wide := armThread(256)
	for _, c := range []struct {
		a    *machine.Arch
		area []byte
	}{{amd64.Arch(), make([]byte, 512)}, {amd64.Arch(), avx}, {arm64.Arch(), plain}, {arm64.Arch(), sve}, {arm64.Arch(), wide}} {
		l := layoutOf(c.a)
		var d described
		if err := xml.Unmarshal([]byte(description(l, l.gdb(&thread, c.area))), &d); err != nil {
			t.Fatal(err)
		}
		sizes := map[string]int{"int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8, "int128": 16, "uint128": 16,
			"ieee_half": 2, "bfloat16": 2, "ieee_single": 4, "ieee_double": 8, "i387_ext": 10, "data_ptr": 8, "code_ptr": 8}
		regs := 0
		for _, f := range d.Features {
			for _, typ := range f.Types {
				size := typ.Size
				if typ.XMLName.Local == "vector" {
					size = typ.Count * sizes[typ.Type]
				}
				for _, field := range typ.Fields {
					if typ.XMLName.Local != "union" {
						continue
					}
					if size != 0 && sizes[field.Type] != size {
						t.Errorf("%s: %s in %s has %d bytes, not %d", c.a.Name, field.Type, typ.ID, sizes[field.Type], size)
					}
					size = sizes[field.Type]
				}
				sizes[typ.ID] = size
			}
			for _, r := range f.Regs {
				regs++
				if want := sizes[r.Type]; r.Bits != 8*want && r.Type != "int" {
					t.Errorf("%s: %s has %d bits, and its type %s %d", c.a.Name, r.Name, r.Bits, r.Type, 8*want)
				}
			}
		}
		if regs < 60 {
			t.Errorf("%s: %d registers", c.a.Name, regs)
		}
	}
}

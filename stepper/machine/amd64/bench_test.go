package amd64

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// BenchmarkArms is the engine's work before each single step of a decoded
// instruction.
func BenchmarkArms(b *testing.B) {
	for name, text := range map[string]string{
		"no store":          "48 8b 03",
		"store elsewhere":   "48 89 44 24 f0",
		"indexed elsewhere": "64 4a 89 44 d0 08",
		"arming":            "64 48 89 04 25 08 00 00 00",
	} {
		b.Run(name, func(b *testing.B) {
			i := decode(b, 0x1000, text)
			r := state()
			b.ReportAllocs()
			for b.Loop() {
				i.Arms(&r, field)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, text := range map[string]string{
		"mov":     "64 48 89 04 25 08 00 00 00",
		"jcc":     "0f 85 f0 ff ff ff",
		"vmovdqu": "c5 fe 7f 43 20",
	} {
		b.Run(name, func(b *testing.B) {
			text := code(b, text)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Arch().Decode(0x1000, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeBody(b *testing.B) {
	p := &table.Placed{Start: 0x1000, End: 0x1000 + table.Addr(len(popBatch)), Abort: 0x2000}
	for b.Loop() {
		if _, err := machine.DecodeBody(Arch(), p, []byte(popBatch)); err != nil {
			b.Fatal(err)
		}
	}
}

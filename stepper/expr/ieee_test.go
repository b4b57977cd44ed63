package expr

import (
	"encoding/binary"
	"math"
	"math/big"
	"testing"
)

// Every number of a small format is read back as it was written.
func TestSmallFloatsAreEncodedAsTheyAreDecoded(t *testing.T) {
	for _, typ := range []*Type{{Kind: Float, Size: 2, Name: "_Float16"}, {Kind: Float, Size: 2, Name: "bfloat16"}} {
		for n := range 1 << 16 {
			b := binary.LittleEndian.AppendUint16(nil, uint16(n))
			f, _ := decodeFloat(b, typ)
			if math.IsNaN(f) {
				continue
			}
			if got := binary.LittleEndian.Uint16(encodeFloat(f, nil, typ)); got != uint16(n) {
				t.Fatalf("%s: %#x is %v, which is %#x", typ.Name, n, f, got)
			}
		}
	}
}

func TestFloatsAreRoundedToTheNearest(t *testing.T) {
	half, quadruple := &Type{Kind: Float, Size: 2, Name: "_Float16"}, &Type{Kind: Float, Size: 16, Name: "_Float128", binary128: true}
	for f, want := range map[float64]string{
		1: "1", -2.25: "-2.25", 65504: "65504", 65519: "65504", 65520: "inf", -1e9: "-inf", 1e-9: "0", 5.96e-8: "5.9605e-08",
		2049: "2048", 2051: "2052", 0.1: "0.099976", math.Inf(-1): "-inf",
	} {
		if got := floatText(encodeFloat(f, nil, half), half); got != want {
			t.Errorf("%v as _Float16 is %s, want %s", f, got, want)
		}
	}
	third := new(big.Float).SetPrec(200).Quo(big.NewFloat(1), big.NewFloat(3))
	b := encodeFloat(1.0/3, third, quadruple)
	if got, want := floatText(b, quadruple), "0.333333333333333333333333333333333317"; got != want {
		t.Errorf("a third as _Float128 is %s, want %s", got, want)
	}
	_, wide := decodeFloat(b, quadruple)
	if again := encodeFloat(0, wide, quadruple); string(again) != string(b) {
		t.Errorf("% x is read back as % x", b, again)
	}
}

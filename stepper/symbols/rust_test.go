package symbols

import "testing"

// TestAQueryFindsRustsSymbols: those of both manglings, without DWARF.
func TestAQueryFindsRustsSymbols(t *testing.T) {
	const legacy, v0 = "_ZN4prog5inner3sum17h0123456789abcdefE", "_RINvCsd2986VS0pFC_4prog4keeplEB2_"
	const trait, method = "_RNvXCsd2986VS0pFC_4progNtB2_2PtNtB2_5Speak5speak", "_RNvMCsd2986VS0pFC_4progNtB2_6Holder5total"
	for _, c := range []struct {
		symbol string
		found  []string
		others []string
	}{
		{legacy, []string{"prog::inner::sum", "inner::sum", "sum"}, []string{"um", "prog::sum", "prog::inner"}},
		{v0, []string{"prog::keep", "keep", "prog::keep<i32>", "prog::keep::<i32>"}, []string{"prog::keep<u8>", "keep::<u8>"}},
		{trait, []string{"<prog::Pt as prog::Speak>::speak", "speak"}, []string{"prog::Pt::speak"}},
		{method, []string{"prog::Holder::total", "Holder::total", "total"}, []string{"prog::total"}},
	} {
		for _, text := range c.found {
			if !newQuery(text).matchesSymbol(c.symbol) {
				t.Errorf("%s does not find %s", text, plain(c.symbol))
			}
		}
		for _, text := range c.others {
			if newQuery(text).matchesSymbol(c.symbol) {
				t.Errorf("%s finds %s", text, plain(c.symbol))
			}
		}
	}
}

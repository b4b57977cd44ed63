package symbols

import "math/bits"

// Entries of a huffman table. The low four bits are how many bits of input the entry takes. The
// symbol's meaning is above: a literal byte, the end of the block, or the base of a length or distance
// and how many extra bits follow it. A link leads to a table of longer codes.
const (
	takenBits = 15      // mask of the bits taken; of a link: those that select its entry
	literal   = 1 << 8  // the value is a byte
	blockEnd  = 1 << 9  // the symbol that ends a block
	link      = 1 << 10 // the value is where the entries of longer codes begin
	invalid   = 1 << 11 // a symbol that RFC 1951 does not define
	extraAt   = 4       // four bits: how many extra bits follow
	valueAt   = 16
)

// huffman is a decoding table of RFC 1951: 1 << first entries, selected by the next bits of the
// input, and after them the entries of codes longer than first.
type huffman struct {
	first   int
	entries []uint32
}

// build makes the table of a canonical code: lengths are the lengths of the symbols' codes in bits (0:
// the symbol has none), and meaning gives each symbol's entry, without the bits taken. It fails if two
// codes overlap, and if some sequence of bits begins no code, unless there is at most one code, of one
// bit: a block may use one distance, or none.
func (h *huffman) build(lengths []uint8, first int, meaning func(symbol int) uint32) bool {
	var count, next [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	code, left := 0, 1
	for n := 1; n <= maxCode; n++ {
		left = left<<1 - count[n]
		if left < 0 {
			return false
		}
		code = (code + count[n-1]) << 1
		next[n] = code
	}
	alone := left == 1<<maxCode || left == 1<<(maxCode-1) && count[1] == 1
	if left != 0 && !alone {
		return false
	}
	h.first = first
	h.entries = append(h.entries[:0], make([]uint32, 1<<first)...)
	if alone {
		for i := range h.entries {
			h.entries[i] = invalid | 1
		}
	}
	for symbol, length := range lengths {
		n := int(length)
		if n == 0 {
			continue
		}
		reversed := int(bits.Reverse16(uint16(next[n])) >> (16 - n))
		next[n]++
		entry := meaning(symbol) | uint32(n)
		if n <= first {
			for i := reversed; i < 1<<first; i += 1 << n {
				h.entries[i] = entry
			}
			continue
		}
		root := reversed & (1<<first - 1)
		if h.entries[root] == 0 {
			// Every longer code fits: at most 1 << (maxCode - first) entries for each root.
			h.entries[root] = link | uint32(maxCode-first) | uint32(len(h.entries))<<valueAt
			h.entries = append(h.entries, make([]uint32, 1<<(maxCode-first))...)
		}
		base := int(h.entries[root] >> valueAt)
		for i := reversed >> first; i < 1<<(maxCode-first); i += 1 << (n - first) {
			h.entries[base+i] = entry
		}
	}
	return true
}

// maxCode is the length of the longest code in bits.
const maxCode = 15

// lengthEntry is the meaning of a symbol of the table of literals and lengths (RFC 1951, section 3.2.5).
func lengthEntry(symbol int) uint32 {
	switch {
	case symbol < 256:
		return literal | uint32(symbol)<<valueAt
	case symbol == 256:
		return blockEnd
	case symbol < 265:
		return uint32(symbol-257+3) << valueAt
	case symbol < 285:
		extra := (symbol - 261) / 4
		return uint32(extra)<<extraAt | uint32((symbol-265)%4<<extra+1<<(extra+2)+3)<<valueAt
	case symbol == 285:
		return 258 << valueAt
	}
	return invalid
}

// distanceEntry is the meaning of a symbol of the table of distances.
func distanceEntry(symbol int) uint32 {
	switch {
	case symbol < 4:
		return uint32(symbol+1) << valueAt
	case symbol < 30:
		extra := (symbol - 2) / 2
		return uint32(extra)<<extraAt | uint32(symbol%2<<extra+1<<(extra+1)+1)<<valueAt
	}
	return invalid
}

// plainEntry is the meaning of a symbol of the table of code lengths.
func plainEntry(symbol int) uint32 { return uint32(symbol) << valueAt }

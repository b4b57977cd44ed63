package symbols

import "encoding/binary"

// inflate decompresses zlib data (RFC 1950) of which the whole input and the exact size of the output
// are known, as those of a compressed section. It takes half the time of compress/flate, which reads
// its input byte by byte: the DWARF of libc, which Debian compresses, is most of the time that an
// attach takes.
//
// It reports false for anything but data that fills out exactly, and for what encoders hardly make (a
// code that is not complete). The caller then asks compress/zlib, whose errors the user knows. As
// compress/zlib does for a reader that wants no more bytes, it does not compare the checksum.
func inflate(out, in []byte) bool {
	const deflate, preset = 8, 1 << 5
	if len(in) < 2 || in[0]&15 != deflate || in[1]&preset != 0 || binary.BigEndian.Uint16(in)%31 != 0 {
		return false
	}
	d := inflater{in: in[2:], out: out}
	for {
		last, kind := d.bits(1), d.bits(2)
		ok := false
		switch kind {
		case 0:
			ok = d.stored()
		case 1:
			ok = d.fixed() && d.block()
		case 2:
			ok = d.dynamic() && d.block()
		}
		if !ok || d.short() {
			return false
		}
		if last == 1 {
			return d.at == len(out)
		}
	}
}

// inflater is the state of one decompression.
type inflater struct {
	in   []byte
	next int    // of in
	hold uint64 // bits taken from in and not used yet, the lowest first
	held uint   // how many
	over uint   // how many of them are behind the end of in

	out []byte
	at  int // how many bytes of out are written

	lengths, distances, codes huffman
}

// fill makes at least 56 bits available. Behind the end of the input they are 0.
func (d *inflater) fill() {
	if d.next+8 <= len(d.in) {
		d.hold |= binary.LittleEndian.Uint64(d.in[d.next:]) << d.held
		d.next += int(63-d.held) >> 3
		d.held |= 56
		return
	}
	for d.held <= 56 {
		if d.next < len(d.in) {
			d.hold |= uint64(d.in[d.next]) << d.held
			d.next++
		} else {
			d.over += 8
		}
		d.held += 8
	}
}

// short reports whether bits behind the end of the input have been used.
func (d *inflater) short() bool { return d.over > d.held }

// bits takes n bits, at most 32.
func (d *inflater) bits(n uint) int {
	d.fill()
	v := d.hold & (1<<n - 1)
	d.hold >>= n
	d.held -= n
	return int(v)
}

// stored copies a block that is not compressed.
func (d *inflater) stored() bool {
	d.bits(d.held & 7)
	n := d.bits(16)
	if d.bits(16) != n^0xffff || d.short() {
		return false
	}
	d.next -= int(d.held-d.over) / 8 // give back the whole bytes
	d.hold, d.held, d.over = 0, 0, 0
	if n > len(d.in)-d.next || n > len(d.out)-d.at {
		return false
	}
	d.at += copy(d.out[d.at:], d.in[d.next:d.next+n])
	d.next += n
	return true
}

// Numbers of bits that select an entry of the tables at once.
const (
	firstLength   = 11
	firstDistance = 9
	firstCode     = 7
)

// fixed makes the tables of a block with fixed codes (section 3.2.6).
func (d *inflater) fixed() bool {
	var n [288 + 32]uint8
	for i := range n {
		switch {
		case i < 144, i >= 280 && i < 288:
			n[i] = 8
		case i < 256:
			n[i] = 9
		case i < 280:
			n[i] = 7
		default:
			n[i] = 5
		}
	}
	return d.lengths.build(n[:288], firstLength, lengthEntry) && d.distances.build(n[288:], firstDistance, distanceEntry)
}

// codeOrder is the order in which a block gives the lengths of the codes of code lengths (section 3.2.7).
const codeOrder = "\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"

// dynamic reads the tables of a block (section 3.2.7).
func (d *inflater) dynamic() bool {
	lengths, distances, codes := d.bits(5)+257, d.bits(5)+1, d.bits(4)+4
	if lengths > 286 || distances > 30 {
		return false
	}
	var of [19]uint8
	for i := range codes {
		of[codeOrder[i]] = uint8(d.bits(3))
	}
	if !d.codes.build(of[:], firstCode, plainEntry) {
		return false
	}
	var n [286 + 30]uint8
	for i := 0; i < lengths+distances; {
		d.fill()
		symbol := d.symbol(&d.codes) >> valueAt
		repeat, value := 1, uint8(symbol)
		switch symbol {
		case 16:
			if i == 0 {
				return false
			}
			repeat, value = 3+d.bits(2), n[i-1]
		case 17:
			repeat, value = 3+d.bits(3), 0
		case 18:
			repeat, value = 11+d.bits(7), 0
		}
		if i+repeat > lengths+distances {
			return false
		}
		for ; repeat > 0; repeat-- {
			n[i] = value
			i++
		}
	}
	return d.lengths.build(n[:lengths], firstLength, lengthEntry) && d.distances.build(n[lengths:lengths+distances], firstDistance, distanceEntry)
}

// symbol takes a code. Precondition: 15 bits are available.
func (d *inflater) symbol(h *huffman) uint32 {
	e := h.entries[d.hold&(1<<h.first-1)]
	if e&link != 0 {
		e = h.entries[uint64(e>>valueAt)+d.hold>>h.first&(1<<(e&takenBits)-1)]
	}
	d.hold >>= e & takenBits
	d.held -= uint(e & takenBits)
	return e
}

// block decompresses up to the end of a block.
func (d *inflater) block() bool {
	for {
		if ended, ok := d.most(); ended || !ok {
			return ok
		}
		d.fill()
		e := d.symbol(&d.lengths)
		if e&literal != 0 {
			if d.at == len(d.out) {
				return false
			}
			d.out[d.at] = byte(e >> valueAt)
			d.at++
			continue
		}
		if e&(blockEnd|invalid) != 0 {
			return e&blockEnd != 0
		}
		length := d.extra(e)
		e = d.symbol(&d.distances)
		if e&invalid != 0 {
			return false
		}
		distance := d.extra(e)
		if d.short() || distance > d.at || length > len(d.out)-d.at {
			return false
		}
		d.repeat(length, distance)
	}
}

// room is how many bytes of output one round of most may write, and writes too many.
const room = 258 + 8

// most is block as long as neither the input nor the output is near its end, with the state in local
// variables. A symbol of a length with its extra bits takes 20 bits at most, and that of a distance 28:
// one fill is enough for both, or for a literal before them that takes 8 bits more.
func (d *inflater) most() (ended, ok bool) {
	in, next, hold, held := d.in, d.next, d.hold, d.held
	out, at := d.out, d.at
	lengths, distances := d.lengths.entries, d.distances.entries
	for next+8 <= len(in) && at+room <= len(out) {
		hold |= binary.LittleEndian.Uint64(in[next:]) << (held & 63)
		next += int(63-held) >> 3
		held |= 56
		e := lengths[hold&(1<<firstLength-1)]
		if e&(literal|link) == literal {
			hold >>= e & takenBits
			held -= uint(e & takenBits)
			out[at] = byte(e >> valueAt)
			at++
			if held < 48 {
				continue
			}
			e = lengths[hold&(1<<firstLength-1)]
		}
		if e&link != 0 {
			e = lengths[uint64(e>>valueAt)+hold>>firstLength&(1<<(e&takenBits)-1)]
		}
		hold >>= e & takenBits
		held -= uint(e & takenBits)
		if e&literal != 0 {
			out[at] = byte(e >> valueAt)
			at++
			continue
		}
		if e&(blockEnd|invalid) != 0 {
			d.next, d.hold, d.held, d.at = next, hold, held, at
			return true, e&blockEnd != 0
		}
		n := e >> extraAt & 15
		length := int(e>>valueAt) + int(hold&(1<<n-1))
		hold >>= n
		held -= uint(n)

		e = distances[hold&(1<<firstDistance-1)]
		if e&link != 0 {
			e = distances[uint64(e>>valueAt)+hold>>firstDistance&(1<<(e&takenBits)-1)]
		}
		hold >>= e & takenBits
		held -= uint(e & takenBits)
		n = e >> extraAt & 15
		distance := int(e>>valueAt) + int(hold&(1<<n-1))
		hold >>= n
		held -= uint(n)
		if e&invalid != 0 || distance > at {
			return true, false
		}
		if distance < 8 {
			for to := at + length; at < to; at++ {
				out[at] = out[at-distance]
			}
			continue
		}
		for n := 0; n < length; n += 8 {
			binary.LittleEndian.PutUint64(out[at+n:], binary.LittleEndian.Uint64(out[at+n-distance:]))
		}
		at += length
	}
	d.next, d.hold, d.held, d.at = next, hold, held, at
	return false, true
}

// extra takes the extra bits of a symbol, and returns its value.
func (d *inflater) extra(e uint32) int {
	n := e >> extraAt & 15
	v := int(e>>valueAt) + int(d.hold&(1<<n-1))
	d.hold >>= n
	d.held -= uint(n)
	return v
}

// repeat copies length bytes from distance bytes before the end of the output.
func (d *inflater) repeat(length, distance int) {
	to, from := d.out[d.at:d.at+length], d.out[d.at-distance:d.at+length]
	for n := 0; n < length; {
		n += copy(to[n:], from[n:distance+n])
	}
	d.at += length
}

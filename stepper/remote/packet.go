package remote

// Bytes of the gdb remote serial protocol (gdb manual, "Overview" of the remote
// protocol).
const (
	escape    = '}'
	escapeXor = 0x20
	interrupt = 0x03
)

// maxPacket bounds a packet's payload, in bytes; PacketSize announces it. A
// longer one is dropped as damaged.
const maxPacket = 0x20000

// Frame makes a packet of a payload: escaped, with its checksum.
func Frame(payload []byte) []byte {
	return appendFrame(make([]byte, 0, len(payload)+4), string(payload))
}

// appendFrame appends the packet of a payload.
func appendFrame(out []byte, payload string) []byte {
	sum := byte(0)
	out = append(out, '$')
	for i := range len(payload) {
		b := payload[i]
		switch b {
		case '$', '#', escape, '*':
			out = append(out, escape)
			sum += escape
			b ^= escapeXor
		}
		out = append(out, b)
		sum += b
	}
	return append(out, '#', hexDigits[sum>>4], hexDigits[sum&15])
}

// Kind is what a Decoder has found in the stream.
type Kind int

const (
	Nothing   Kind = iota // more bytes are needed
	Packet                // a complete packet with a correct checksum: Payload has it
	Damaged               // a packet with a wrong checksum, or one that is too long
	Interrupt             // the interrupt byte, outside of packets
	Ack                   // '+'
	Nak                   // '-'
)

// Decoder decodes one direction of the stream. The zero Decoder is ready for
// its first byte.
type Decoder struct {
	// Payload is the last packet, unescaped; it belongs to the caller.
	Payload []byte

	state   decoding
	body    []byte
	sum     byte
	want    byte
	escaped bool
	bad     bool
}

type decoding int

const (
	between decoding = iota
	inBody
	inFirstDigit
	inSecondDigit
)

// Feed consumes the next byte and returns what it completes.
func (d *Decoder) Feed(b byte) Kind {
	switch d.state {
	case between:
		switch b {
		case '$':
			d.begin()
		case interrupt:
			return Interrupt
		case '+':
			return Ack
		case '-':
			return Nak
		}
		return Nothing
	case inBody:
		d.take(b)
		return Nothing
	case inFirstDigit:
		n, ok := hexValue(b)
		d.bad = d.bad || !ok
		d.want = n << 4
		d.state = inSecondDigit
		return Nothing
	}
	d.state = between
	n, ok := hexValue(b)
	if d.bad || !ok || d.want|n != d.sum || d.escaped {
		return Damaged
	}
	d.Payload, d.body = d.body, nil
	return Packet
}

func (d *Decoder) begin() {
	d.state, d.body, d.sum, d.escaped, d.bad = inBody, make([]byte, 0, 64), 0, false, false
}

// take adds a byte of the body.
func (d *Decoder) take(b byte) {
	switch b {
	case '#':
		d.state = inFirstDigit
		return
	case '$': // a packet never contains it unescaped: the other side has begun again
		d.begin()
		return
	}
	d.sum += b
	switch {
	case d.escaped:
		b ^= escapeXor
		d.escaped = false
	case b == escape:
		d.escaped = true
		return
	}
	if len(d.body) >= maxPacket {
		d.bad = true
		return
	}
	d.body = append(d.body, b)
}

package remote

// Bytes of the gdb remote serial protocol (gdb manual, "Overview" of the remote
// protocol).
const (
	escape    = '}'
	escapeXor = 0x20
	interrupt = 0x03
)

// maxPacket bounds a packet's payload, in bytes: what we say in PacketSize. A
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
	Packet                // a whole packet with a right checksum: Payload has it
	Damaged               // a packet with a wrong checksum, or too long a one
	Interrupt             // the interrupt byte, outside of packets
	Ack                   // '+'
	Nak                   // '-'
)

// Decoder takes the bytes of one side's stream. The zero Decoder stands before
// the first.
type Decoder struct {
	// Payload is the packet found last, its escapes undone; it is the caller's.
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

// Feed takes the next byte and tells what it completes.
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
	d.state, d.body, d.sum, d.escaped, d.bad = inBody, nil, 0, false, false
}

// take adds a byte of the body.
func (d *Decoder) take(b byte) {
	switch b {
	case '#':
		d.state = inFirstDigit
		return
	case '$': // a packet never has it unescaped: the other side has begun again
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

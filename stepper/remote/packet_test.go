package remote

import (
	"bytes"
	"testing"
)

// feed gives a Decoder a whole stream and returns what it found.
func feed(d *Decoder, stream []byte) (kinds []Kind, payloads [][]byte) {
	for _, b := range stream {
		k := d.Feed(b)
		if k == Nothing {
			continue
		}
		kinds = append(kinds, k)
		if k == Packet {
			payloads = append(payloads, d.Payload)
		}
	}
	return kinds, payloads
}

func TestDecoderFindsWhatTheStreamHas(t *testing.T) {
	cases := []struct {
		stream string
		want   []Kind
		text   string
	}{
		{"$?#3f", []Kind{Packet}, "?"},
		{"+$g#67\x03", []Kind{Ack, Packet, Interrupt}, "g"},
		{"$g#68", []Kind{Damaged}, ""},
		{"$g#6", nil, ""},
		{"$g#zz-", []Kind{Damaged, Nak}, ""},
		{"$X$?#3f", []Kind{Packet}, "?"},
		{"$a}\x03#e1", []Kind{Packet}, "a#"},
		{"$\x03#03", []Kind{Packet}, "\x03"}, // inside a packet it is not an interrupt
		{"$a}#de", []Kind{Damaged}, ""},
		{"$#00", []Kind{Packet}, ""},
	}
	for _, c := range cases {
		var d Decoder
		kinds, payloads := feed(&d, []byte(c.stream))
		if !equal(kinds, c.want) {
			t.Errorf("%q: found %v, want %v", c.stream, kinds, c.want)
			continue
		}
		if len(payloads) == 1 && string(payloads[0]) != c.text {
			t.Errorf("%q: payload %q, want %q", c.stream, payloads[0], c.text)
		}
	}
}

func equal(a, b []Kind) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestTooLongAPacketIsDamaged(t *testing.T) {
	var d Decoder
	kinds, _ := feed(&d, Frame(bytes.Repeat([]byte{'a'}, maxPacket+1)))
	if !equal(kinds, []Kind{Damaged}) {
		t.Errorf("found %v", kinds)
	}
	kinds, payloads := feed(&d, Frame([]byte("?")))
	if !equal(kinds, []Kind{Packet}) || string(payloads[0]) != "?" {
		t.Errorf("after it: found %v %q", kinds, payloads)
	}
}

// FuzzPacket: any payload survives framing, after any garbage that does not
// itself look like an unfinished packet, and no stream makes the parsers panic.
func FuzzPacket(f *testing.F) {
	for _, s := range []string{"", "?", "vCont;r55,66:p1.2;c", "Z0,1,1;X3,220127", "X10,3:}\x03*#$", "qXfer:a:read::0,1", "vFile:open:2f,0,0", "Hgp1.-1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		var d Decoder
		feed(&d, p)
		var fresh Decoder
		kinds, payloads := feed(&fresh, Frame(p))
		if len(p) <= maxPacket && (!equal(kinds, []Kind{Packet}) || !bytes.Equal(payloads[0], p)) {
			t.Fatalf("%q came back as %v %q", p, kinds, payloads)
		}
		parseActions(string(p))
		parseThread(string(p))
		if conds, err := parseConditions(string(p)); err == nil {
			for _, code := range conds {
				m := bytecode{code: code}
				if !touches(code) {
					m.run()
				}
			}
		}
		c := &client{Server: &Server{}, conn: &conn{}, files: map[int]*regfile{}, open: map[int]*hostFile{}}
		if len(p) > 0 && harmless(p) {
			c.answer(string(p)) // without a process
		}
	})
}

// touches: the bytecode may read memory or registers, and there is no process.
func touches(code []byte) bool {
	return bytes.ContainsAny(code, "\x17\x18\x19\x1a\x26")
}

// harmless: the packet starts nothing and opens no files.
func harmless(p []byte) bool {
	for _, s := range []string{"vRun", "vAttach", "vFile"} {
		if bytes.HasPrefix(p, []byte(s)) {
			return false
		}
	}
	return true
}

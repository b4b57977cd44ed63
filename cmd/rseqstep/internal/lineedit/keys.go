package lineedit

import "unicode/utf8"

// key is a character, a control character among them, or one of the keys below.
type key rune

// Keys that are no characters.
const (
	keyLeft key = -1 - iota
	keyRight
	keyUp
	keyDown
	keyHome
	keyEnd
	keyDelete
	keyWordLeft  // Alt-b, Ctrl-Left
	keyWordRight // Alt-f, Ctrl-Right
	keyWordKill  // Alt-d
	keyWordErase // Alt-Backspace
	keyYankPop   // Alt-y
	keyNone      // a key that means nothing here
)

// ctrl is the control character of a letter.
func ctrl(letter rune) key { return key(letter & 0x1f) }

const (
	keyEscape    key = 0x1b
	keyBackspace key = 0x7f
)

// decoder makes keys of bytes.
type decoder struct {
	state  decoderState
	params []byte // of a control sequence
	char   []byte // of a character that is not complete
}

type decoderState int

const (
	ground   decoderState = iota
	escaped               // after ESC
	sequence              // after ESC [
	shifted               // after ESC O
)

// maxParams bounds what is kept of a control sequence; none that is known is as long.
const maxParams = 16

// feed takes a byte; ok says that it completes a key. Control characters do so
// whatever came before.
func (d *decoder) feed(b byte) (k key, ok bool) {
	if b < 0x20 || b == 0x7f && d.state != escaped {
		d.char = nil
		d.state, d.params = ground, nil
		if key(b) == keyEscape {
			d.state = escaped
			return 0, false
		}
		return key(b), true
	}
	switch d.state {
	case escaped:
		return d.afterEscape(b)
	case sequence:
		if b < 0x40 || b > 0x7e {
			if len(d.params) < maxParams {
				d.params = append(d.params, b)
			}
			return 0, false
		}
		k := sequenceKey(string(d.params), b)
		d.state, d.params = ground, nil
		return k, true
	case shifted:
		d.state = ground
		return sequenceKey("", b), true
	}
	d.char = append(d.char, b)
	if !utf8.FullRune(d.char) {
		return 0, false
	}
	r, _ := utf8.DecodeRune(d.char)
	d.char = nil
	return key(r), true
}

func (d *decoder) afterEscape(b byte) (key, bool) {
	d.state = ground
	switch b {
	case '[':
		d.state = sequence
		return 0, false
	case 'O':
		d.state = shifted
		return 0, false
	case 'b':
		return keyWordLeft, true
	case 'f':
		return keyWordRight, true
	case 'd':
		return keyWordKill, true
	case 'y':
		return keyYankPop, true
	case 0x7f:
		return keyWordErase, true
	}
	return keyNone, true
}

// sequenceKey is the key of a control sequence: its parameters and its final
// byte, as xterm sends them (ctlseqs, "PC-Style Function Keys").
func sequenceKey(params string, final byte) key {
	switch final {
	case 'A':
		return keyUp
	case 'B':
		return keyDown
	case 'C':
		if params == "1;5" {
			return keyWordRight
		}
		return keyRight
	case 'D':
		if params == "1;5" {
			return keyWordLeft
		}
		return keyLeft
	case 'H':
		return keyHome
	case 'F':
		return keyEnd
	case '~':
		switch params {
		case "1", "7":
			return keyHome
		case "4", "8":
			return keyEnd
		case "3":
			return keyDelete
		}
	}
	return keyNone
}

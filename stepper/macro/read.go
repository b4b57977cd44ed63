package macro

import (
	"bytes"
	"errors"

	"rseqstep/stepper/dwexpr"
)

// Sections are the contents that a unit's macro information refers to.
type Sections struct {
	Data       []byte // .debug_macro, or .debug_macinfo if Plain
	Plain      bool
	Strings    []byte               // .debug_str
	StringAt   func(n uint64) int64 // the offset in Strings of the unit's string n (DW_MACRO_define_strx); -1: none
	FileName   func(n int) string   // the file with a number of the unit's line table
	Supplement []byte               // .debug_str of a supplementary file; nil: none
}

// Kinds of events, and their encodings (DWARF 5, 7.23; DWARF 4, 7.22).
const (
	define     = 1
	undefine   = 2
	start      = 3
	end        = 4
	defineStr  = 5
	undefStr   = 6
	include    = 7
	defineSup  = 8
	undefSup   = 9
	includeSup = 10
	defineIdx  = 11
	undefIdx   = 12
	vendor     = 0xff // .debug_macinfo only
)

// event is one step of the preprocessor.
type event struct {
	kind int
	line int
	file string // start
	text string // define: "NAME(a, b) a + b"; undefine: "NAME"
}

// Limits for hostile files: the events of a unit (Linux's largest has 60,000) and the depth of
// parts that include others.
const (
	maxEvents = 1 << 20
	maxDepth  = 32
)

var errMalformed = errors.New("malformed macro information")

// Read reads the macro information of the unit at an offset of s.Data. With an error it returns
// what comes before the damage.
func Read(s Sections, offset int64) (*Table, error) {
	t := &Table{known: map[string]bool{}}
	err := t.read(&s, offset, 0)
	return t, err
}

func (t *Table) read(s *Sections, offset int64, depth int) error {
	if offset < 0 || offset >= int64(len(s.Data)) || depth > maxDepth {
		return errMalformed
	}
	r := &dwexpr.Reader{P: s.Data, At: int(offset)}
	width := uint64(4)
	if !s.Plain {
		if v := r.Fixed(2); v != 4 && v != 5 {
			return errMalformed
		}
		flags := r.Fixed(1)
		if flags&1 != 0 {
			width = 8
		}
		if flags&2 != 0 {
			r.Fixed(width) // the line table, which the unit names too
		}
		if flags&4 != 0 {
			return errMalformed // operands of a vendor's own operations
		}
	}
	for !r.Bad {
		op := int(r.Fixed(1))
		if op == 0 || r.Bad {
			break
		}
		if err := t.operation(s, r, op, width, depth); err != nil {
			return err
		}
	}
	if r.Bad {
		return errMalformed
	}
	return nil
}

// operation reads the operands of one operation.
func (t *Table) operation(s *Sections, r *dwexpr.Reader, op int, width uint64, depth int) error {
	switch {
	case len(t.events) >= maxEvents:
		return errMalformed
	case s.Plain && op == vendor:
		r.ULEB()
		text(r.P, &r.At)
	case s.Plain && op > end:
		return errMalformed
	case op == define, op == undefine:
		line := r.ULEB()
		t.add(op, line, text(r.P, &r.At))
	case op == start:
		line, file := r.ULEB(), r.ULEB()
		t.events = append(t.events, event{kind: start, line: int(line), file: s.FileName(int(file))})
	case op == end:
		t.events = append(t.events, event{kind: end})
	case op == defineStr, op == undefStr, op == defineSup, op == undefSup:
		line, at, strings := r.ULEB(), int(r.Fixed(width)), s.Strings
		if op == defineSup || op == undefSup {
			strings = s.Supplement
		}
		t.add(2-op%2, line, text(strings, &at))
	case op == defineIdx, op == undefIdx:
		line := r.ULEB()
		at := int(s.StringAt(r.ULEB()))
		t.add(2-op%2, line, text(s.Strings, &at))
	case op == include:
		return t.read(s, int64(r.Fixed(width)), depth+1)
	case op == includeSup:
		r.Fixed(width)
	default:
		return errMalformed
	}
	return nil
}

func (t *Table) add(kind int, line uint64, text string) {
	e := event{kind: kind, line: int(line), text: text}
	t.events = append(t.events, e)
	t.known[nameOf(text)] = true
}

// text is the string at an offset, which it moves behind it.
func text(b []byte, at *int) string {
	if *at < 0 || *at >= len(b) {
		return ""
	}
	n := bytes.IndexByte(b[*at:], 0)
	if n < 0 {
		n = len(b) - *at
	}
	s := string(b[*at : *at+n])
	*at = min(*at+n+1, len(b))
	return s
}

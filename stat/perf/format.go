package perf

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Format is the layout of a tracepoint's raw data, as tracefs describes it in
// events/SYSTEM/NAME/format.
type Format struct {
	Name   string
	ID     uint64 // perf_event_attr's config
	Fields map[string]Field
}

// Field is one number in a tracepoint's raw data.
type Field struct {
	Offset, Size int // bytes
	Signed       bool
}

// ParseFormat parses the text of a format file.
func ParseFormat(r io.Reader) (Format, error) {
	f := Format{Fields: map[string]Field{}}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		switch key, value, _ := strings.Cut(text, ":"); key {
		case "name":
			f.Name = strings.TrimSpace(value)
		case "ID":
			id, err := strconv.ParseUint(strings.TrimSpace(value), 10, 64)
			if err != nil {
				return Format{}, fmt.Errorf("the tracepoint's id: %w", err)
			}
			f.ID = id
		case "field":
			name, field, err := parseField(text)
			if err != nil {
				return Format{}, fmt.Errorf("%q: %w", text, err)
			}
			f.Fields[name] = field
		}
	}
	if err := lines.Err(); err != nil {
		return Format{}, err
	}
	if f.Name == "" || f.ID == 0 {
		return Format{}, fmt.Errorf("this is not the format of a tracepoint")
	}
	return f, nil
}

// parseField parses a line like "field:unsigned long regs_ip;	offset:8;	size:8;	signed:0;".
func parseField(line string) (name string, f Field, err error) {
	for part := range strings.SplitSeq(line, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), ":")
		number := func() (n int) {
			if err == nil {
				n, err = strconv.Atoi(strings.TrimSpace(value))
			}
			return n
		}
		switch key {
		case "field":
			words := strings.Fields(value)
			if len(words) == 0 {
				return "", Field{}, fmt.Errorf("a field without a name")
			}
			name, _, _ = strings.Cut(words[len(words)-1], "[")
		case "offset":
			f.Offset = number()
		case "size":
			f.Size = number()
		case "signed":
			f.Signed = number() != 0
		}
	}
	return name, f, err
}

// Get returns the number in a field of raw data. ok is false if the format has no such field,
// or the data are too short for it. The data have the byte order of the machine.
func (f Format) Get(raw []byte, name string) (v uint64, ok bool) {
	field, ok := f.Fields[name]
	if !ok || field.Offset < 0 || field.Size < 1 || field.Size > 8 || field.Offset > len(raw)-field.Size {
		return 0, false
	}
	b := raw[field.Offset : field.Offset+field.Size]
	switch field.Size {
	case 1:
		return uint64(b[0]), true
	case 2:
		return uint64(binary.NativeEndian.Uint16(b)), true
	case 4:
		v = uint64(binary.NativeEndian.Uint32(b))
		if field.Signed {
			v = uint64(int64(int32(v)))
		}
		return v, true
	case 8:
		return binary.NativeEndian.Uint64(b), true
	}
	return 0, false
}

// Missing returns the first of the names that is not a field, or "".
func (f Format) Missing(names ...string) string {
	for _, n := range names {
		if _, ok := f.Fields[n]; !ok {
			return n
		}
	}
	return ""
}

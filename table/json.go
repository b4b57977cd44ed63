package table

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// JSONVersion is the version of the JSON form. Adding fields needs no new
// version; changing or removing one does.
const JSONVersion = 1

// Document is the content of the JSON form: a file, or a process, or both.
//
// Addresses, sizes that may exceed 2^53, and signatures are strings of
// hexadecimal digits with 0x; counts and line numbers are numbers. Absent
// fields have the zero value.
type Document struct {
	File    *File
	Process *Process
	Checked bool // add to every section the kernel's checks that it fails
}

// Process is the modules of a process and the sections that no module declares.
type Process struct {
	PID     int
	Modules []*Module
	Learnt  []*Placed // sections that no file declares
}

type jsonDocument struct {
	Version int          `json:"version"`
	File    *jsonFile    `json:"file,omitempty"`
	Process *jsonProcess `json:"process,omitempty"`
}

type jsonProcess struct {
	PID     int           `json:"pid"`
	Modules []jsonModule  `json:"modules"`
	Learnt  []jsonSection `json:"learnt,omitempty"` // with process addresses
}

type jsonModule struct {
	Path  string    `json:"path"`
	Bias  hex       `json:"bias"`
	Low   hex       `json:"low"`
	High  hex       `json:"high"`
	Error string    `json:"error,omitempty"`
	File  *jsonFile `json:"file,omitempty"`
}

type jsonFile struct {
	Path      string        `json:"path,omitempty"`
	Class     int           `json:"class"`      // bits: 32 or 64
	ByteOrder string        `json:"byte_order"` // "little" or "big"
	Machine   uint16        `json:"machine"`    // e_machine
	Name      string        `json:"machine_name"`
	Type      uint16        `json:"type"` // e_type
	Flags     uint32        `json:"flags,omitempty"`
	Entry     hex           `json:"entry"`
	BuildID   string        `json:"build_id,omitempty"`
	Segments  []jsonSegment `json:"segments,omitempty"`
	Parts     []jsonPart    `json:"elf_sections,omitempty"`
	Sections  []jsonSection `json:"sections"`
	Warnings  []string      `json:"warnings,omitempty"`
}

type jsonSegment struct {
	Offset   hex    `json:"offset"`
	FileSize hex    `json:"file_size"`
	Addr     hex    `json:"address"`
	MemSize  hex    `json:"memory_size"`
	Flags    uint32 `json:"flags"`
}

type jsonPart struct {
	Name string `json:"name"`
	Addr hex    `json:"address"`
	Size hex    `json:"size"`
}

type jsonSection struct {
	Descriptor hex         `json:"descriptor"`
	Start      hex         `json:"start"`
	End        hex         `json:"end"`
	Abort      hex         `json:"abort"`
	Length     hex         `json:"post_commit_offset"`
	Exits      []hex       `json:"exits,omitempty"`
	Decoded    []hex       `json:"exits_decoded,omitempty"`
	Version    uint32      `json:"version"`
	Flags      uint32      `json:"flags"`
	Signature  *hex        `json:"signature,omitempty"`
	Symbol     string      `json:"symbol,omitempty"`
	Offset     hex         `json:"symbol_offset,omitempty"`
	Source     *jsonSource `json:"source,omitempty"`
	Declared   []string    `json:"declared,omitempty"`
	Problems   []string    `json:"problems,omitempty"`
}

type jsonSource struct {
	File  string `json:"file"`
	First int    `json:"first"`
	Last  int    `json:"last"`
}

// hex is a number written "0x1f".
type hex uint64

func (h hex) MarshalText() ([]byte, error) {
	return strconv.AppendUint([]byte("0x"), uint64(h), 16), nil
}

func (h *hex) UnmarshalText(b []byte) error {
	digits, ok := strings.CutPrefix(string(b), "0x")
	v, err := strconv.ParseUint(digits, 16, 64)
	if !ok || err != nil {
		return fmt.Errorf("%q is not a hexadecimal number: %w", b, ErrMalformed)
	}
	*h = hex(v)
	return nil
}

// WriteJSON writes a document in the JSON form, indented.
func WriteJSON(w io.Writer, d Document) error {
	doc := jsonDocument{Version: JSONVersion}
	if d.File != nil {
		doc.File = encodeFile(d.File, d.Checked)
	}
	if d.Process != nil {
		doc.Process = encodeProcess(d.Process, d.Checked)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(doc)
}

// ReadJSON reads the output of WriteJSON. Errors inside (warnings, why a module
// has no file) keep only their texts; problems are not read, because Check
// finds them again.
func ReadJSON(r io.Reader) (Document, error) {
	var doc jsonDocument
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return Document{}, err
	}
	if doc.Version != JSONVersion {
		return Document{}, because(ErrUnsupported, "JSON form of version %d", doc.Version)
	}
	var d Document
	var err error
	if doc.File != nil {
		if d.File, err = doc.File.decode(); err != nil {
			return Document{}, err
		}
	}
	if doc.Process != nil {
		if d.Process, err = doc.Process.decode(); err != nil {
			return Document{}, err
		}
	}
	return d, nil
}

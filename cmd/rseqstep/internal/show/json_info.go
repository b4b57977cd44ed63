package show

import (
	"bytes"
	"encoding/json"
	"io"

	"rseqstep/stepper"
)

// Fields are what a command shows as JSON, by name.
type Fields map[string]any

// WriteInfo writes what a command shows as one line: the version, info, which says what it is, and
// the fields.
func WriteInfo(w io.Writer, info string, f Fields) error {
	var b bytes.Buffer
	b.WriteString(`{"version":1`) // jsonVersion
	for _, fields := range []Fields{{"info": info}, f} {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if err := e.Encode(fields); err != nil {
			return err
		}
		if n := text.Len(); len(fields) > 0 {
			b.WriteByte(',')
			b.Write(text.Bytes()[1 : n-2]) // without the braces and the newline
		}
	}
	b.WriteString("}\n")
	_, err := w.Write(b.Bytes())
	return err
}

// JSONVariable is a variable, or a register.
type JSONVariable struct {
	Name  string `json:"name"`
	Type  string `json:"type,omitempty"`
	Value string `json:"value"`
	Raw   string `json:"raw,omitempty"` // a register in hexadecimal
}

// JSONThread is a thread of info threads.
type JSONThread struct {
	Thread   int    `json:"thread"`
	TID      int    `json:"tid"`
	Name     string `json:"name,omitempty"`
	Selected bool   `json:"selected,omitempty"`
	PC       string `json:"pc,omitempty"`
	Function string `json:"function,omitempty"`
	Args     string `json:"args,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Module   string `json:"module,omitempty"`
}

// NewJSONThread describes a thread with its innermost frame, which may be nil.
func NewJSONThread(t stepper.ThreadInfo, name string, selected bool, f *Frame) JSONThread {
	j := JSONThread{Thread: t.Number, TID: t.TID, Name: name, Selected: selected, PC: hex(t.PC)}
	if f != nil {
		j.Function, j.Args, j.File, j.Line, j.Module = f.Function, f.Args, f.Line.File, f.Line.Line, f.Module
	}
	return j
}

// JSONMemory is what x shows of one line's addresses.
type JSONMemory struct {
	Address string   `json:"address"`
	Symbol  string   `json:"symbol,omitempty"` // "main+4"
	Values  []string `json:"values"`
}

// JSONMapping is a part of the address space.
type JSONMapping struct {
	Start  string `json:"start"`
	End    string `json:"end"`
	Offset string `json:"offset"`
	Perms  string `json:"permissions"`
	File   string `json:"file,omitempty"`
}

// JSONLibrary is a module of info sharedlibrary.
type JSONLibrary struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Sections int    `json:"sections"` // restartable sequences
	File     string `json:"file"`
}

// JSONLine is a part of a line's code.
type JSONLine struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Start    string `json:"start"`
	End      string `json:"end"`
	Function string `json:"function,omitempty"`
}

// jsonBreakpoint is a row of info breakpoints.
type jsonBreakpoint struct {
	Number      int         `json:"number"`
	Type        string      `json:"type"`
	Disposition string      `json:"disposition"` // "keep", "del", "dis"
	Enabled     bool        `json:"enabled"`
	Pending     bool        `json:"pending,omitempty"`
	What        string      `json:"what"` // the location or expression, or what a catchpoint catches
	Places      []jsonPlace `json:"places,omitempty"`
	Condition   string      `json:"condition,omitempty"`
	Thread      int         `json:"thread,omitempty"`
	Hits        int         `json:"hits"`
	Ignore      int         `json:"ignore,omitempty"`
	Print       string      `json:"printf,omitempty"`
	Commands    []string    `json:"commands,omitempty"`
}

type jsonPlace struct {
	Address  string `json:"address"`
	Function string `json:"function,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Module   string `json:"module,omitempty"`
	Trap     string `json:"trap,omitempty"`  // of a place inside a restartable sequence: the store that arms it
	Asked    string `json:"asked,omitempty"` // what the user asked for, inside an exclusive sequence: address is its load-exclusive
}

// BreakpointFields are the rows of info breakpoints.
func BreakpointFields(rows []BreakpointRow) Fields {
	list := []jsonBreakpoint{}
	for _, b := range rows {
		j := jsonBreakpoint{Number: b.Number, Type: b.kind(), Disposition: b.disposition(), Enabled: b.Enabled, Pending: b.Pending, What: b.Location,
			Condition: b.Condition, Thread: b.Thread, Hits: b.Hits, Ignore: b.Ignore, Print: b.Print, Commands: b.Commands}
		if b.catches() {
			j.What = b.What
		}
		for _, p := range b.Places {
			j.Places = append(j.Places, jsonPlace{hex(p.Addr), p.Function, p.Line.File, p.Line.Line, p.Module, hex(p.Trap), hex(p.Asked)})
		}
		list = append(list, j)
	}
	return Fields{"breakpoints": list}
}

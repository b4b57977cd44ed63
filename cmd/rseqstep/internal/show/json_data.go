package show

import (
	"encoding/json"
	"io"
)

// jsonFrames is a backtrace as --json prints it.
type jsonFrames struct {
	Version int         `json:"version"`
	Info    string      `json:"info"`
	Thread  int         `json:"thread,omitempty"`
	TID     int         `json:"tid,omitempty"`
	Frames  []jsonFrame `json:"frames"`
	More    bool        `json:"more,omitempty"` // the stack has more frames than were asked for
}

type jsonFrame struct {
	Level    int      `json:"level"`
	PC       string   `json:"pc"`
	Function string   `json:"function,omitempty"`
	Args     string   `json:"args,omitempty"`
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`
	Module   string   `json:"module,omitempty"`
	Inlined  int      `json:"inlined,omitempty"` // the inline depth
	Tail     bool     `json:"tail,omitempty"`    // a function that ended in a tail call
	Signal   bool     `json:"signal,omitempty"`  // the frame of a signal trampoline
	Locals   []string `json:"locals,omitempty"`  // "x = 5"; of backtrace full
}

// Stack is a backtrace.
type Stack struct {
	Thread, TID int
	Frames      []*Frame
	Locals      [][]string // of each frame; nil if they were not asked for
	More        bool
}

// WriteJSON writes it as one line.
func (s *Stack) WriteJSON(w io.Writer) error {
	j := jsonFrames{Version: jsonVersion, Info: "backtrace", Thread: s.Thread, TID: s.TID, Frames: []jsonFrame{}, More: s.More}
	for i, f := range s.Frames {
		x := newJSONFrame(f)
		if i < len(s.Locals) {
			x.Locals = s.Locals[i]
		}
		j.Frames = append(j.Frames, x)
	}
	return json.NewEncoder(w).Encode(j)
}

func newJSONFrame(f *Frame) jsonFrame {
	return jsonFrame{Level: f.Level, PC: hex(f.PC), Function: f.Function, Args: f.Args, File: f.Line.File, Line: f.Line.Line,
		Module: f.Module, Inlined: f.Inlined, Tail: f.Tail, Signal: f.Signal}
}

// WriteJSON writes the frame as one line, with the text of its source line.
func (f *Frame) WriteJSON(w io.Writer, source string) error {
	return WriteInfo(w, "frame", Fields{"frame": newJSONFrame(f), "source": source})
}

// Printed is a value that print has shown.
type Printed struct {
	Version    int    `json:"version"`
	Info       string `json:"info"`
	Expression string `json:"expression"`
	Number     int    `json:"number,omitempty"` // in the value history
	Value      string `json:"value"`
	Type       string `json:"type,omitempty"`
}

// WriteJSON writes it as one line.
func (p Printed) WriteJSON(w io.Writer) error {
	p.Version, p.Info = jsonVersion, "print"
	return json.NewEncoder(w).Encode(p)
}

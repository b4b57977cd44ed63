package ops

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"rseqstep/cmd/rseqstep/internal/show"
)

// Write writes sections, one after the other.
func Write(w io.Writer, list []Section, st show.Style) {
	for n, s := range list {
		if n > 0 {
			fmt.Fprintln(w)
		}
		p := s.Placed
		fmt.Fprintf(w, "%d: %s [%s,%s) abort %s\n", s.Index, st.Func(s.Name), st.Addr(p.Start.String()), st.Addr(p.End.String()), st.Addr(p.Abort.String()))
		for _, line := range s.Lines {
			indent := "    "
			if strings.HasSuffix(line, ":") {
				indent = "  " // a label
			}
			fmt.Fprintln(w, indent+line)
		}
		for _, note := range s.Notes {
			fmt.Fprintln(w, "    "+st.Note("note: "+note))
		}
		if s.Err != nil {
			fmt.Fprintf(w, "    %s\n", st.Bad("no description: "+s.Err.Error()))
		}
	}
}

// jsonVersion counts incompatible changes of the object below.
const jsonVersion = 1

type jsonList struct {
	Version  int           `json:"version"`
	Path     string        `json:"path"`
	Sections []jsonSection `json:"sections"`
}

type jsonSection struct {
	Index      int      `json:"index"`
	Name       string   `json:"name"`
	Symbol     string   `json:"symbol,omitempty"`
	Descriptor string   `json:"descriptor"`
	Start      string   `json:"start"`
	End        string   `json:"end"`
	Abort      string   `json:"abort"`
	Operations []string `json:"operations"`
	Notes      []string `json:"notes,omitempty"`
	Error      string   `json:"error,omitempty"`
}

// WriteJSON writes the sections of a file as one indented object.
func WriteJSON(w io.Writer, path string, list []Section) error {
	j := jsonList{Version: jsonVersion, Path: path, Sections: []jsonSection{}}
	for _, s := range list {
		p := s.Placed
		o := jsonSection{Index: s.Index, Name: s.Name, Descriptor: p.Descriptor.String(), Start: p.Start.String(), End: p.End.String(), Abort: p.Abort.String(),
			Operations: append([]string{}, s.Lines...), Notes: s.Notes}
		if p.Section != nil {
			o.Symbol = p.Section.Symbol
		}
		if s.Err != nil {
			o.Error = s.Err.Error()
		}
		j.Sections = append(j.Sections, o)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(j)
}

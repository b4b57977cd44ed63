package show

import (
	"encoding/json"
	"fmt"
	"io"

	"rseqstep/stepper"
	"rseqstep/table"
)

// jsonRseq is `info rseq` as --json prints it.
type jsonRseq struct {
	Version     int                `json:"version"`
	Info        string             `json:"info"` // "rseq"
	FeatureSize int                `json:"feature_size,omitempty"`
	Sections    []jsonSection      `json:"sections"`
	Threads     []jsonRegistration `json:"threads"`
}

type jsonSection struct {
	Name      string `json:"name"`
	Start     string `json:"start"`
	End       string `json:"end"`
	Abort     string `json:"abort"`
	Module    string `json:"module,omitempty"`
	Passes    int    `json:"passes"`
	Commits   int    `json:"commits"`
	Aborts    int    `json:"aborts"`
	SideExits int    `json:"side_exits"`
}

type jsonRegistration struct {
	Thread    int        `json:"thread"`
	TID       int        `json:"tid"`
	Unknown   bool       `json:"unknown,omitempty"` // a core file does not record whether it was registered
	Inside    string     `json:"inside,omitempty"`  // a core file: the section that contains the PC
	Area      string     `json:"area,omitempty"`    // these fields are present for a registered area
	Size      uint32     `json:"size,omitempty"`
	Mode      string     `json:"mode,omitempty"` // "legacy", "optimized"
	Signature string     `json:"signature,omitempty"`
	CPU       *int       `json:"cpu,omitempty"`
	Slice     *jsonSlice `json:"slice,omitempty"` // if the kernel has the extension
	Armed     string     `json:"armed,omitempty"` // the descriptor
	Section   string     `json:"section,omitempty"`
	Live      bool       `json:"live,omitempty"`
}

type jsonSlice struct {
	Enabled   bool `json:"enabled"`
	Requested bool `json:"requested"`
	Granted   bool `json:"granted"`
}

// Rseq holds the sections and registrations of a program.
type Rseq struct {
	FeatureSize int
	Sections    []*table.Placed
	Counts      map[table.Addr]stepper.Counts
	Threads     []stepper.ThreadInfo
	Name        func(*table.Placed) string
	At          func(table.Addr) (*table.Placed, bool) // for a core file: finds the section around a PC; otherwise nil
}

// WriteJSON writes them as one line.
func (r *Rseq) WriteJSON(w io.Writer) error {
	j := jsonRseq{Version: jsonVersion, Info: "rseq", FeatureSize: r.FeatureSize, Sections: []jsonSection{}, Threads: []jsonRegistration{}}
	for _, p := range r.Sections {
		n := r.Counts[p.Start]
		s := jsonSection{Name: r.Name(p), Start: p.Start.String(), End: p.End.String(), Abort: p.Abort.String(),
			Passes: n.Passes, Commits: n.Commits, Aborts: n.Aborts, SideExits: n.SideExits}
		if p.Module != nil {
			s.Module = p.Module.Path
		}
		j.Sections = append(j.Sections, s)
	}
	for i := range r.Threads {
		j.Threads = append(j.Threads, r.registration(&r.Threads[i]))
	}
	return json.NewEncoder(w).Encode(j)
}

func (r *Rseq) registration(t *stepper.ThreadInfo) jsonRegistration {
	j := jsonRegistration{Thread: t.Number, TID: t.TID}
	j.Unknown = t.Rseq.Unknown
	if r.At != nil {
		if p, ok := r.At(t.PC); ok {
			j.Inside = r.Name(p)
		}
	}
	c := t.Rseq.Config
	if !c.Registered() {
		return j
	}
	j.Area, j.Size, j.Mode, j.Signature, j.CPU = c.Area.String(), c.Size, t.Mode.String(), fmt.Sprintf("%#x", c.Signature), &t.Rseq.CPU
	if s := t.Rseq.Slice; s.Available {
		j.Slice = &jsonSlice{s.Enabled, s.Requested, s.Granted}
	}
	if t.Rseq.Armed != 0 {
		j.Armed, j.Live = t.Rseq.Armed.String(), t.Rseq.Live
		if t.Rseq.Section != nil {
			j.Section = r.Name(t.Rseq.Section)
		}
	}
	return j
}

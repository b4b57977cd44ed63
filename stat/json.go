package stat

import "fmt"

// JSONVersion is the version of JSON's layout.
const JSONVersion = 1

// JSON is a Report as it is written.
type JSON struct {
	Version   int           `json:"version"`
	Seconds   float64       `json:"seconds"`
	Aborts    uint64        `json:"aborts"`
	Recorded  uint64        `json:"recorded"`
	Lost      uint64        `json:"lost"`
	Unplaced  uint64        `json:"unplaced"`
	Sections  []JSONSection `json:"sections"`
	Processes []Process     `json:"processes"`
}

// JSONSection is one Row.
type JSONSection struct {
	Function     string            `json:"function"`
	Module       string            `json:"module"`
	Start        string            `json:"start"` // file address, hexadecimal
	Length       uint64            `json:"length"`
	Source       string            `json:"source,omitempty"`
	Line         int               `json:"line,omitempty"`
	Aborts       uint64            `json:"aborts"`
	Samples      uint64            `json:"samples,omitempty"`
	Instructions map[string]uint64 `json:"instructions"` // aborts by offset from the start, decimal bytes
	CPUs         map[string]uint64 `json:"cpus"`
	Causes       map[string]uint64 `json:"causes,omitempty"`
	Threads      []JSONThread      `json:"threads"`
}

// JSONThread is a thread that suffered aborts.
type JSONThread struct {
	PID    int    `json:"pid"`
	TID    int    `json:"tid"`
	Name   string `json:"name"`
	Aborts uint64 `json:"aborts"`
}

// JSON returns the report as it is written.
func (r *Report) JSON() JSON {
	out := JSON{Version: JSONVersion, Seconds: r.Seconds, Aborts: r.Aborts, Recorded: r.Recorded, Lost: r.Lost, Unplaced: r.Unplaced, Sections: []JSONSection{}, Processes: r.Processes()}
	for _, row := range r.Rows {
		s := JSONSection{
			Function: row.Name, Module: row.Start.File, Start: row.Addr.String(), Length: row.Length, Source: row.Source, Line: row.Line,
			Aborts: row.Aborts, Samples: row.Samples, Instructions: map[string]uint64{}, CPUs: map[string]uint64{}, Threads: []JSONThread{},
		}
		for at, n := range row.At {
			s.Instructions[fmt.Sprint(at)] = n
		}
		for cause, n := range row.Causes {
			if s.Causes == nil {
				s.Causes = map[string]uint64{}
			}
			s.Causes[cause.String()] = n
		}
		for cpu, n := range row.CPUs {
			s.CPUs[fmt.Sprint(cpu)] = n
		}
		for _, t := range row.threads() {
			s.Threads = append(s.Threads, JSONThread{PID: t.PID, TID: t.TID, Name: t.Name, Aborts: row.Threads[t]})
		}
		out.Sections = append(out.Sections, s)
	}
	return out
}

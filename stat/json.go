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
	PassCost  float64       `json:"pass_cost_ns,omitempty"` // what counting a pass takes at most, nanoseconds
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
	Passes       *JSONPasses       `json:"passes,omitempty"` // if they were to be counted
}

// JSONPasses is a Passes.
type JSONPasses struct {
	Total    uint64     `json:"total"`
	Complete bool       `json:"complete"` // every pass was counted
	Late     float64    `json:"late_seconds,omitempty"`
	Forked   bool       `json:"forked,omitempty"` // some of child processes may be missing
	Exits    []JSONExit `json:"exits"`
}

// JSONExit is an Exit.
type JSONExit struct {
	To        string `json:"to"` // file address, hexadecimal
	End       bool   `json:"end,omitempty"`
	Passes    uint64 `json:"passes"`
	Uncounted string `json:"uncounted,omitempty"` // why it is not counted
}

// JSON returns the passes as they are written, nil for none.
func (p *Passes) JSON() *JSONPasses {
	if p == nil {
		return nil
	}
	out := &JSONPasses{Late: p.Late, Forked: p.Forked, Exits: []JSONExit{}}
	out.Total, out.Complete = p.Total()
	for _, e := range p.Exits {
		out.Exits = append(out.Exits, JSONExit{To: e.To.String(), End: e.End, Passes: e.Passes, Uncounted: e.Why})
	}
	return out
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
	out := JSON{Version: JSONVersion, Seconds: r.Seconds, Aborts: r.Aborts, Recorded: r.Recorded, Lost: r.Lost, Unplaced: r.Unplaced, Sections: []JSONSection{}, Processes: r.Processes(), PassCost: r.PassCost}
	for _, row := range r.Rows {
		s := JSONSection{
			Function: row.Name, Module: row.Start.File, Start: row.Addr.String(), Length: row.Length, Source: row.Source, Line: row.Line,
			Aborts: row.Aborts, Samples: row.Samples, Instructions: map[string]uint64{}, CPUs: map[string]uint64{}, Threads: []JSONThread{}, Passes: row.Passes.JSON(),
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

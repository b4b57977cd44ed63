package stat

import (
	"cmp"
	"slices"
)

// Process is what happened to one process.
type Process struct {
	PID    int    `json:"pid"`
	Name   string `json:"name"` // of its first thread, or of another one
	Aborts uint64 `json:"aborts"`
}

// Processes lists the processes that suffered aborts, those with the most first.
func (r *Report) Processes() []Process {
	byPID := map[int]*Process{}
	for _, row := range r.Rows {
		for t, n := range row.Threads {
			p := byPID[t.PID]
			if p == nil {
				p = &Process{PID: t.PID}
				byPID[t.PID] = p
			}
			if p.Name == "" || t.TID == t.PID {
				p.Name = t.Name
			}
			p.Aborts += n
		}
	}
	out := []Process{}
	for _, p := range byPID {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Process) int { return cmp.Or(cmp.Compare(b.Aborts, a.Aborts), cmp.Compare(a.PID, b.PID)) })
	return out
}

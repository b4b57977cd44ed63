package exercise

import (
	"encoding/json"
	"io"
)

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	type mark struct {
		Section string `json:"section"`
		Module  string `json:"module"`
		Offset  int64  `json:"offset"`
		*Boundary
	}
	marked := func(b *Boundary) *mark {
		if b == nil {
			return nil
		}
		return &mark{b.section.Name(), b.section.Module, b.Offset(), b}
	}
	type culprit struct {
		Boundaries []*mark `json:"boundaries"`
		Harmless   *mark   `json:"harmless,omitempty"`
		Without    bool    `json:"fails_without_aborts"`
		Gone       bool    `json:"did_not_fail_again"`
		Trials     int     `json:"trials"`
	}
	report := struct {
		Version     int        `json:"version"`
		Program     string     `json:"program"`
		Runs        int        `json:"runs"`
		Times       int        `json:"times"`
		Seed        uint64     `json:"seed"`
		Migrate     bool       `json:"migrate,omitempty"`
		Passed      bool       `json:"passed"`
		Interrupted bool       `json:"interrupted"`
		Failure     string     `json:"failure,omitempty"`
		Last        *mark      `json:"last,omitempty"`
		Culprit     *culprit   `json:"culprit,omitempty"`
		Totals      Totals     `json:"totals"`
		Sections    []*Section `json:"sections"`
	}{Version: Version, Program: r.Program, Runs: r.Runs, Times: r.Options.Times, Seed: r.Options.Seed, Migrate: r.Options.Migrate,
		Passed: r.Failed == nil && !r.Stopped, Interrupted: r.Stopped, Totals: r.Totals(), Sections: r.Sections}
	if r.Failed != nil {
		report.Failure, report.Last = r.Failed.Failure(), marked(r.Failed.Last)
	}
	if c := r.Culprit; c != nil {
		report.Culprit = &culprit{Harmless: marked(c.Harmless), Without: c.Without, Gone: c.Gone, Trials: c.Trials, Boundaries: []*mark{}}
		for _, b := range c.Boundaries {
			report.Culprit.Boundaries = append(report.Culprit.Boundaries, marked(b))
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(report)
}

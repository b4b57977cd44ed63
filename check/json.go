package check

import (
	"encoding/json"
	"io"
)

// JSONVersion counts incompatible changes of what WriteJSON writes.
const JSONVersion = 1

type jsonReport struct {
	Version    int           `json:"version"`
	Tool       string        `json:"rseqstep"`
	Target     string        `json:"target"`
	Kernels    []Kernel      `json:"kernels"`
	Findings   []Finding     `json:"findings"`
	Rules      []jsonRule    `json:"rules"` // those that the findings name
	Watched    Watched       `json:"watched"`
	Says       []string      `json:"conclusions,omitempty"`
	Problems   []string      `json:"problems,omitempty"`
	Suppressed int           `json:"suppressed,omitempty"`
	Elsewhere  int           `json:"other_kernels_only,omitempty"`
	Left       int           `json:"left_out,omitempty"`
	Unused     []jsonPattern `json:"unused_suppressions,omitempty"`
}

type jsonRule struct {
	Name     string            `json:"name"`
	Severity Severity          `json:"severity"`
	Title    string            `json:"title"`
	Says     string            `json:"rule"`
	Sources  []jsonSource      `json:"sources"`
	On       []jsonConsequence `json:"on"`
	Advice   string            `json:"advice"`
}

type jsonSource struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
}

type jsonConsequence struct {
	Kernel Kernel `json:"kernel"`
	Effect Effect `json:"effect"`
	Text   string `json:"text,omitempty"`
}

type jsonPattern struct {
	Line     int    `json:"line"`
	Rule     string `json:"rule"`
	Function string `json:"function"`
	Module   string `json:"module"`
}

// WriteJSON writes the report as one indented object. Its "version" is JSONVersion.
func (r *Report) WriteJSON(w io.Writer) error {
	j := jsonReport{
		Version: JSONVersion, Tool: r.Version, Target: r.Target, Kernels: r.Kernels, Findings: append([]Finding{}, r.Findings...), Rules: []jsonRule{},
		Watched: r.Watched, Says: r.Says, Problems: r.Problems, Suppressed: r.Suppressed, Elsewhere: r.Elsewhere, Left: r.Left,
	}
	for _, rule := range r.used() {
		o := jsonRule{Name: rule.Name, Severity: rule.Severity, Title: rule.Title, Says: rule.Says, Advice: rule.Advice}
		for _, s := range rule.Sources {
			o.Sources = append(o.Sources, jsonSource(s))
		}
		for _, k := range r.Kernels {
			o.On = append(o.On, jsonConsequence{k, rule.On[k].Effect, rule.On[k].Text})
		}
		j.Rules = append(j.Rules, o)
	}
	for _, p := range r.Unused {
		j.Unused = append(j.Unused, jsonPattern(p))
	}
	return encode(w, j)
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

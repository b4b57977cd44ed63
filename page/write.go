package page

import (
	_ "embed" // the page's parts
	"fmt"
	"html/template"
	"io"
	"path"
	"strings"
)

//go:embed page.html
var layout string

//go:embed page.css
var style string

//go:embed page.js
var script string

// Write writes the page.
func Write(w io.Writer, p *Page) error {
	t, err := template.New("page").Funcs(functions(p)).Parse(layout)
	if err != nil {
		return err
	}
	// The style and the script are this package's own text; everything else is escaped.
	return t.Execute(w, struct {
		*Page
		Style  template.CSS
		Script template.JS
	}{p, template.CSS(style), template.JS(script)})
}

func functions(p *Page) template.FuncMap {
	most := p.most()
	hot := func(r *Row) int { return heat(float64(r.Count) / float64(most)) }
	return template.FuncMap{
		"clean":        Clean,
		"base":         func(s string) string { return Clean(path.Base(s)) },
		"hex":          func(a uint64) string { return fmt.Sprintf("%#x", a) },
		"offset":       offset,
		"strip":        func(s *Section) []Mark { return s.strip(hot) },
		"hot":          hot,
		"state":        State.class,
		"width":        func(share float64) string { return fmt.Sprintf("%.1f", 100*min(max(share, 0), 1)) },
		"level":        level,
		"heat":         heat,
		"source":       source,
		"inc":          func(n int) int { return n + 1 },
		"empty":        func(s State) bool { return s == Unknown },
		"order":        order,
		"worst":        (*Section).worst,
		"found":        (*Section).found,
		"rule":         func(f Finding) *Rule { return p.rule(&f) },
		"again":        func(f Finding, before string) shown { return shown{f, f.Rule == before && before != ""} },
		"columnsShown": p.columnsShown,
		"web":          func(url string) bool { return strings.HasPrefix(url, "https://") },
		"key":          key,
		"columns": func() int {
			if p.Counted == "" {
				return 5
			}
			return 6
		},
		"isCode": func(k RowKind) bool { return k == RowCode },
		"isGap":  func(k RowKind) bool { return k == RowGap },
	}
}

// far is the distance from a section's start from which on its value helps nobody, bytes: abort
// handlers are in another part of the file.
const far = 4096

// offset is a distance with its sign: "+12".
func offset(n int64) string {
	if n <= -far || n >= far {
		return ""
	}
	return fmt.Sprintf("%+d", n)
}

// source is a place in source: "list.c:12".
func source(file string, line int) string {
	if file == "" {
		return ""
	}
	if line == 0 {
		return Clean(path.Base(file))
	}
	return fmt.Sprintf("%s:%d", Clean(path.Base(file)), line)
}

// order is the value of aria-sort for column n.
func order(p *Page, n int) string {
	if n == p.Order {
		return "descending"
	}
	return "none"
}

// shown is a finding as the page shows it.
type shown struct {
	Finding
	Again bool // the one before is of the same rule: what it does and what to do is said there
}

// columnsShown are classes for the table of sections: which of its columns say nothing.
func (p *Page) columnsShown() string {
	classes := "nosource"
	one := " onemodule"
	for n := range p.Sections {
		if p.Sections[n].File != "" {
			classes = ""
		}
		if p.Sections[n].Module != p.Sections[0].Module {
			one = ""
		}
	}
	return classes + one
}

// key is a rule's name as an identifier in the page.
func key(name string) string {
	return "rule-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
}

func plural(n int, word string) string {
	if n == 1 || word == "more" {
		return fmt.Sprintf("%d %s", n, word)
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// level is the class of a Fact or a Finding.
func level(s string) string {
	switch s {
	case "good", "warning", "note":
		return s
	case "bad", "error":
		return "bad"
	}
	return "plain"
}

func (s State) class() string {
	names := [...]string{"unknown", "counted", "covered", "missed", "failed"}
	if int(s) < len(names) {
		return names[s]
	}
	return names[0]
}

// heats is how many colours show heat, beside the one for none.
const heats = 5

// heat is the number of the colour for a share: 0 for none, 1 to heats.
func heat(share float64) int {
	if share <= 0 {
		return 0
	}
	return 1 + int(min(share, 1)*(heats-0.001))
}

// most is the greatest count at an instruction, at least 1: colours compare sections.
func (p *Page) most() uint64 {
	most := uint64(1)
	for n := range p.Sections {
		for i := range p.Sections[n].Listing {
			most = max(most, p.Sections[n].Listing[i].Count)
		}
	}
	return most
}

package page

// Finding is something wrong.
type Finding struct {
	Rule     string
	Severity string // "error", "warning" or "note"
	Text     string
	Where    string // the place, in words; "" where the finding's place in the page says it
	Often    string // how often and in which threads; "" for once
	Lists    []List
}

// List is a list below a finding, such as a backtrace.
type List struct {
	Title string
	Items []string
}

// Rule explains the findings that name it.
type Rule struct {
	Name     string // of Finding.Rule
	Severity string
	Title    string // what is wrong, in a few words
	Says     string // the rule, in sentences
	Places   string // how many findings name it
	Advice   string // what to do
	Effects  []Effect
	Sources  []Source
}

// Effect is what a violation does on some kernels.
type Effect struct {
	Kernels string // "Linux 6.19 to 7.0", "All kernels"
	Short   string // "wrong results"
	Text    string // how it comes about
	Level   string // as that of a Fact
}

// Source is where a rule is written down. URL may be "".
type Source struct{ Text, URL string }

// rule finds the rule of a finding; nil if the page does not explain it.
func (p *Page) rule(f *Finding) *Rule {
	for n := range p.Rules {
		if p.Rules[n].Name == f.Rule {
			return &p.Rules[n]
		}
	}
	return nil
}

// rank orders levels, the worst last.
func rank(level string) int {
	for n, name := range [...]string{"", "plain", "note", "warning", "bad"} {
		if name == level {
			return n
		}
	}
	return 0
}

// worstOf is the level of the worst of some findings, "" for none.
func worstOf(all []Finding) (worst string) {
	for n := range all {
		if l := level(all[n].Severity); rank(l) > rank(worst) {
			worst = l
		}
	}
	return worst
}

// each calls a function for all findings of a section, those at its instructions too.
func (s *Section) each(see func([]Finding)) {
	see(s.Findings)
	for n := range s.Listing {
		see(s.Listing[n].Findings)
	}
}

// worst is the level of the worst finding of a section, "" if it has none.
func (s *Section) worst() (worst string) {
	s.each(func(all []Finding) {
		if l := worstOf(all); rank(l) > rank(worst) {
			worst = l
		}
	})
	return worst
}

// Count is how many findings of a severity a section has, those at its instructions too; "" is any.
func (s *Section) Count(severity string) (n int) {
	s.each(func(all []Finding) {
		for i := range all {
			if severity == "" || all[i].Severity == severity {
				n++
			}
		}
	})
	return n
}

// found is how many findings a section has, in words: "1 error, 2 more".
func (s *Section) found() string {
	worst, severity, most, others := s.worst(), "finding", 0, 0
	s.each(func(all []Finding) {
		for n := range all {
			if level(all[n].Severity) != worst {
				others++
				continue
			}
			most++
			if name := all[n].Severity; name != "" {
				severity = name
			}
		}
	})
	text := plural(most, Clean(severity))
	if others > 0 {
		text += ", " + plural(others, "more")
	}
	return text
}

package annotate

import (
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// marks are the marks of instructions, by address.
type marks map[table.Addr]show.Mark

// add adds a word, once.
func (m marks) add(at table.Addr, word string) {
	if !m[at].Has(word) {
		m[at] = m[at].With(word)
	}
}

// Marks returns the marks of restartable sequences in a range that was decoded to insns.
func (c Code) Marks(r machine.Range, insns []machine.Insn) map[table.Addr]show.Mark {
	m := marks{}
	for _, p := range c.Sections {
		if p.End <= r.Low || p.Start >= r.High {
			if r.Contains(p.Abort) {
				m.add(p.Abort, "abort handler of "+c.Named(p))
			}
			continue
		}
		c.mark(p, insns, m)
	}
	return m
}

// mark adds the marks of one section: of the instructions inside, of those that lead out of it, and of where
// they lead.
func (c Code) mark(p *table.Placed, insns []machine.Insn, m marks) {
	for a := range insns {
		if at := insns[a].Addr; p.Contains(at) {
			inside := m[at]
			inside.Body = true
			m[at] = inside
		}
	}
	m.add(p.Start, start+c.Named(p))
	m.add(p.End, "post-commit")
	m.add(p.Abort, "abort handler")
	for _, e := range p.Exits {
		m.add(e, "exit")
	}
	if i := c.Arming(p); i != nil {
		m.add(i.Addr, "arm")
	}
	body, err := c.Body(p)
	if err != nil {
		return
	}
	if body.Final != 0 {
		m.add(body.Final, "commit")
	}
	for _, e := range body.Exits {
		leads := "side exit"
		switch e.Addr {
		case p.End:
			leads = "to the end"
		case p.Abort:
			leads = "to the abort handler"
		default:
			m.add(e.Addr, "exit")
		}
		for _, from := range e.From {
			if p.Contains(from) {
				m.add(from, leads)
			}
		}
	}
}

// start begins the word at a section's first instruction; its name follows.
const start = "section "

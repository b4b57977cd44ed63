package annotate

import (
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Marks returns the marks of restartable sequences in a range that was decoded to insns.
func (c Code) Marks(r machine.Range, insns []machine.Insn) map[table.Addr]show.Mark {
	marks := map[table.Addr]show.Mark{}
	for _, p := range c.Sections {
		if p.End <= r.Low || p.Start >= r.High {
			if r.Contains(p.Abort) {
				marks[p.Abort] = marks[p.Abort].With("abort of " + c.Named(p))
			}
			continue
		}
		c.mark(p, insns, marks)
	}
	return marks
}

// mark adds the marks of one section.
func (c Code) mark(p *table.Placed, insns []machine.Insn, marks map[table.Addr]show.Mark) {
	for a := range insns {
		if at := insns[a].Addr; p.Contains(at) {
			m := marks[at]
			m.Body = true
			marks[at] = m
		}
	}
	marks[p.Start] = marks[p.Start].With("section " + c.Named(p))
	marks[p.End] = marks[p.End].With("post-commit")
	marks[p.Abort] = marks[p.Abort].With("abort")
	for _, e := range p.Exits {
		marks[e] = marks[e].With("exit")
	}
	c.markExits(p, marks)
	if i := c.Arming(p); i != nil {
		marks[i.Addr] = marks[i.Addr].With("arm")
	}
}

// markExits adds the exits that only decoding shows.
func (c Code) markExits(p *table.Placed, marks map[table.Addr]show.Mark) {
	body, err := c.Body(p)
	if err != nil {
		return
	}
	for _, e := range body.Exits {
		if e.Addr != p.End && e.Addr != p.Abort && !marks[e.Addr].Has("exit") {
			marks[e.Addr] = marks[e.Addr].With("exit")
		}
	}
}

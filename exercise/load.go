package exercise

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// Loaded is stepper.Observer.Loaded.
func (x *Exercise) Loaded() {
	image := x.engine.Image()
	for key, in := range x.placed {
		now := image.At(in.p.Start)
		if now != nil {
			path, _ := x.moduleOf(now)
			if now.Descriptor == in.p.Descriptor && now.End == in.p.End && path == key.Module {
				continue
			}
		}
		x.drop(key, in)
	}
	for _, p := range image.Sections() {
		path, m := x.moduleOf(p)
		if key := (Key{path, fileAddress(m, p.Start)}); x.placed[key] == nil {
			x.place(key, p)
		}
	}
}

// place plants the breakpoints of a section that has been mapped.
func (x *Exercise) place(key Key, p *table.Placed) {
	body, err := x.o.Body(p)
	var arming table.Addr
	if err == nil {
		arming, _ = x.o.Arming(p)
	}
	path, m := x.moduleOf(p)
	s := sectionOf(p, path, m, body, arming, x.options.Migrate)
	s.Function = x.engine.SectionName(p)
	s = x.coverage.add(s)
	in := &placed{Section: s, p: p, module: m, body: body}
	x.placed[key] = in
	if err != nil {
		s.Unplanted = err.Error()
		return
	}
	if !x.options.takes(s) {
		return
	}
	if x.options.Migrate {
		x.placeMove(in)
		return
	}
	for _, b := range s.Boundaries {
		x.want(in, b, in.process(b.Address))
	}
}

// want plants a boundary's breakpoint if it is to be aborted, or lets the storm do it.
func (x *Exercise) want(in *placed, b *Boundary, at table.Addr) {
	if x.options.Only != nil && !x.options.Only(b) {
		return
	}
	pt := &point{Boundary: b, in: in, at: at, descriptor: in.p.Descriptor}
	switch pt.left = x.options.times(b) - int(min(b.Aborts, 1<<20)); {
	case x.storm != nil:
		x.storm.rest = append(x.storm.rest, pt)
	case pt.left > 0:
		x.plant(pt)
	}
}

// plant sets a boundary's breakpoint, or lets debug registers do that.
func (x *Exercise) plant(pt *point) {
	set := x.o.PlantInside
	if pt.Move {
		set = x.o.Plant
	}
	err := set(pt.at)
	if refused := (*ledger.RefusedError)(nil); errors.As(err, &refused) {
		pt.section.Unplanted = err.Error()
		return
	}
	if err != nil && pt.Move {
		pt.section.Unplanted = "no breakpoint can be written to its arming store"
		return
	}
	if err != nil {
		x.hard = append(x.hard, pt)
		return
	}
	x.points[pt.at] = append(x.points[pt.at], pt)
}

// drop forgets a section that is no longer mapped; its breakpoints are gone with the memory.
func (x *Exercise) drop(key Key, in *placed) {
	delete(x.placed, key)
	for _, pt := range x.hard {
		if pt.in == in {
			pt.left = 0
		}
	}
	if x.storm != nil {
		for _, pt := range x.storm.rest {
			pt.gone = pt.gone || pt.in == in
		}
	}
	for at, list := range x.points {
		if list[0].in == in {
			_ = x.unplant(list[0])
			delete(x.points, at)
		}
	}
}

package amd64

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// The sections of tcmalloc in workerd, as described in DESIGN.
func TestWorkerdsSectionsAreDecoded(t *testing.T) {
	path := tabletest.NeedWorkerd(t)
	file, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	read := tabletest.CodeReader(t, path)
	module := &table.Module{File: file, Path: path}
	failing, plain := 0, 0
	for n := range file.Sections {
		p := module.Place(&file.Sections[n])
		b, err := machine.DecodeBody(Arch(), p, read(p.Start, p.End))
		if err != nil {
			t.Errorf("%v: %v", p.Start, err)
			continue
		}
		if len(b.Insns) < 5 || len(b.Insns) > 24 || len(b.Exits) > 3 || len(b.Calls)+len(b.Syscalls)+len(b.Indirect) > 0 {
			t.Errorf("%v: %d instructions, exits %v, calls %v, indirect %v", p.Start, len(b.Insns), b.Exits, b.Calls, b.Indirect)
		}
		if b.Sure != (len(b.ToEnd) == 0) {
			t.Errorf("%v: sure %v, branches to End %v", p.Start, b.Sure, b.ToEnd)
		}
		if len(b.ToEnd) > 0 {
			failing++
		}
		const before = 96 // bytes, a few instructions
		code := read(p.Start-before, p.Start)
		at, ok := machine.FindArming(Arch(), p, p.Start-before, code)
		i, err := Arch().Decode(at, code[max(0, before-int(p.Start-at)):])
		if !ok || err != nil || i.Next() != p.Start {
			t.Errorf("%v: arming store at %v (%v, %v), which is not right before it", p.Start, at, ok, err)
			continue
		}
		if i.Store.Segment == machine.NoReg {
			plain++
		}
	}
	if len(file.Sections) != 177 || failing != 3 || plain != 52 {
		t.Errorf("%d sections, %d of them branch to End, %d are armed without a segment prefix; not 177, 3 and 52", len(file.Sections), failing, plain)
	}
}

package rseq_test

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// TestDecodedTextIsKept: Decode caches instructions until FlushCode. A cache hit reads nothing
// and allocates nothing, because every step takes this path.
func TestDecodedTextIsKept(t *testing.T) {
	s, m, _ := program(t)
	first, err := s.Decode(arm)
	if err != nil || first.Store.Size != 8 {
		t.Fatalf("%+v, %v", first, err)
	}
	reads := m.reads
	if n := testing.AllocsPerRun(100, func() { _, _ = s.Decode(arm) }); n != 0 || m.reads != reads {
		t.Errorf("a hit allocates %v times and reads %d times", n, m.reads-reads)
	}
	m.code(t, arm, "c3")
	if again, err := s.Decode(arm); err != nil || again != first {
		t.Errorf("not kept: %+v, %v", again, err)
	}
	s.FlushCode()
	if again, err := s.Decode(arm); err != nil || again.Kind != machine.Return {
		t.Errorf("kept for too long: %+v, %v", again, err)
	}
}

// TestCodeMadeAtRunTimeIsReadAnew: Decode does not cache it, because nothing reports its changes.
func TestCodeMadeAtRunTimeIsReadAnew(t *testing.T) {
	s, m, _ := program(t)
	const at = table.Addr(0x700000)
	m.code(t, at, "90 c3")
	if i, err := s.Decode(at); err != nil || i.Kind != machine.Plain {
		t.Fatalf("%+v, %v", i, err)
	}
	m.code(t, at, "c3")
	if i, err := s.Decode(at); err != nil || i.Kind != machine.Return {
		t.Errorf("%+v, %v", i, err)
	}
	if i, err := s.Decode(0x800000); i != nil || err == nil {
		t.Errorf("what is not mapped is %+v, %v", i, err)
	}
	if i, err := s.Decode(at + 1); i == nil || err != nil {
		t.Errorf("the last mapped byte is %+v, %v", i, err)
	}
}

// TestBodiesAreKeptUntilTheModulesChange: Body decodes a section once if a file declares it.
func TestBodiesAreKeptUntilTheModulesChange(t *testing.T) {
	s, m, _ := program(t)
	p := s.Image().At(start)
	body, err := s.Body(p)
	if err != nil || body.Final != final || !body.Known() || len(body.Insns) != 5 {
		t.Fatalf("%+v, %v", body, err)
	}
	m.code(t, final, "90 90 90")
	if again, err := s.Body(p); err != nil || again != body {
		t.Errorf("not kept: %+v, %v", again, err)
	}
	s.Reload(s.Image().Modules())
	if again, err := s.Body(s.Image().At(start)); err != nil || again.Final != 0 {
		t.Errorf("kept for too long: %+v, %v", again, err)
	}
}

// TestArmingStoresAreKept: a thread that steps through a section is asked at each instruction
// whether a breakpoint may stand there, which the arming store decides.
func TestArmingStoresAreKept(t *testing.T) {
	s, m, _ := program(t)
	if p := s.Covering(final); p == nil || p.Start != start {
		t.Fatalf("%v is not covered", final)
	}
	reads := m.reads
	if s.Covering(final) == nil || m.reads != reads {
		t.Errorf("asked again, it reads %d times", m.reads-reads)
	}
	p := s.Image().At(start)
	m.code(t, arm, "90 90 90 90 90 90 90 90 90")
	if trap, ok, err := s.Arming(p); trap != arm || !ok || err != nil {
		t.Errorf("not kept: %v, %v, %v", trap, ok, err)
	}
	s.FlushCode()
	if trap, ok, err := s.Arming(p); ok || err != nil {
		t.Errorf("kept for too long: %v, %v", trap, err)
	}
}

// TestUnknownExits: the exits of a section that jumps through a register are unknown.
func TestUnknownExits(t *testing.T) {
	s, _, _ := program(t)
	for at, want := range map[table.Addr]bool{start: true, outer: true, blind: false, side: true} {
		if got := s.ExitsKnown(at); got != want {
			t.Errorf("at %v: known: %v", at, got)
		}
	}
	s, m, _ := program(t)
	delete(m.bytes, final)
	if s.ExitsKnown(start) {
		t.Error("known of code that cannot be read")
	}
}

// TestWaysOutOfALine: they are the exits from the line's ranges; sections do not stop the search.
func TestWaysOutOfALine(t *testing.T) {
	s, _, _ := program(t)
	line := []machine.Range{{Low: lea, High: end}}
	w := s.WaysOut(line, lea)
	if len(w.Falls) != 1 || w.Falls[0].To != end || len(w.Branches) != 1 || w.Branches[0] != (machine.Branch{From: branch, To: side}) {
		t.Errorf("%+v", w)
	}
	if touched := s.Touching(line, w); len(touched) != 1 || !touched[s.Image().At(start)] {
		t.Errorf("touches %v", touched)
	}
	if touched := s.Touching([]machine.Range{{Low: lea, High: start}}, s.WaysOut([]machine.Range{{Low: lea, High: start}}, lea)); len(touched) != 1 {
		t.Errorf("a line that a section begins behind touches %v", touched)
	}
}

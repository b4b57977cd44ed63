package expr_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/expr"
)

// The frames beyond the selected one are unwound for what needs them (entry values, variables of
// functions that have called this one), and for nothing else: the outer ones are in the C library.
func TestFurtherFramesAreUnwoundForWhatNeedsThem(t *testing.T) {
	p := oracle(t, compile(t, t.TempDir(), "testdata/optimized.c", "-g", "-O2"), "stop", idle())
	whole := p.ctx.Frames
	for selected := range min(len(whole), 4) {
		for _, command := range []string{"info args", "info locals", "print $rip", "print 1 + 2", "print argc", "print main::argc", "print *p", "print a", "print t"} {
			p.ctx.Frames, p.ctx.Selected, p.ctx.Further = whole, selected, nil
			want := p.run(command)
			asked := 0
			p.ctx = &expr.Context{
				Frames: whole[:selected+1], Selected: selected, Mem: p.core, Source: p.set, Session: p.ctx.Session, XState: p.ctx.XState,
				Further: func() []stepper.Frame { asked++; return whole },
			}
			if got := p.run(command); strip(got) != strip(want) || asked > 1 {
				t.Errorf("frame %d: %s\n got %s\nwant %s, further frames asked for %d times", selected, command, got, want, asked)
			}
			switch {
			case asked > 0 && (command == "print $rip" || command == "print 1 + 2"):
				t.Errorf("frame %d: %s unwinds further", selected, command)
			case asked == 0 && command == "print main::argc" && selected == 0:
				t.Errorf("frame %d: %s finds main without its frame", selected, command)
			}
		}
	}
}

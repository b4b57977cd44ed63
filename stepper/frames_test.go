package stepper_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// walk repeats a command until the program is at the last expected place, and fails the test if
// a place differs: "next main:24 main:25".
func (p *program) walk(want string) {
	p.t.Helper()
	places := strings.Fields(want)
	for i, place := range places[1:] {
		if stop := p.do(places[0]); p.where(stop) != place {
			p.t.Fatalf("%s, number %d: want %s, got %s", want, i+1, place, p.describe(stop))
		}
	}
}

func TestNextOverALongjmpEndsWhereItLands(t *testing.T) {
	for _, shape := range []tabletest.Shape{tabletest.PIE, tabletest.Static} {
		p := start(t, tabletest.Fixture{Source: "longjmp.c", Shape: shape})
		p.walk("next main:21 main:23 main:24 main:25 main:21 main:23 main:28 main:29")
		p.wantExit(0)
		p.wantPrinted("got 7 rounds 1\n")
	}
}

func TestStepAndFinishEndWhereALongjmpLands(t *testing.T) {
	for _, command := range []string{"step", "next", "finish", "until"} {
		p := start(t, tabletest.Fixture{Source: "longjmp.c"})
		b := p.breakAt("longjmp.c:12")
		p.wantReason(p.cont(), stepper.StopBreakpoint)
		if err := p.DeleteBreakpoint(b.Number); err != nil {
			t.Fatal(err)
		}
		stop := p.do(command)
		p.wantReason(stop, stepper.StopStep)
		p.wantLine(stop, "main:21")
		p.wantExit(0)
	}
}

func TestNextOverAThrowEndsInTheHandler(t *testing.T) {
	for _, shape := range tabletest.Some(t, 1, []tabletest.Shape{tabletest.PIE, tabletest.Static}) {
		for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
			f := tabletest.Fixture{Source: "cxx.cc", Shape: shape, Opt: opt}
			t.Run(f.String(), func(t *testing.T) {
				p := start(t, f)
				p.runTo("shop::check")
				p.wantReason(p.do("finish"), stepper.StopFinished)
				thrown := p.add(stepper.BreakpointSpec{Location: "cxx.cc:36"})
				p.wantReason(p.cont(), stepper.StopBreakpoint)
				if err := p.DeleteBreakpoint(thrown.Number); err != nil {
					t.Fatal(err)
				}
				caught := false
				for range 6 {
					// At -O2 the first line of the handler is the one after the catch.
					if at := p.where(p.next()); at == "main:64" || at == "main:65" {
						caught = true
						break
					}
				}
				if !caught {
					t.Fatal("six times next, and the handler was not seen")
				}
				p.wantExit(0)
			})
		}
	}
}

// The frame that the command names ends the step, not a deeper activation of its function.
func TestNextAndFinishTellRecursionApart(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		t.Run(opt, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "recurse.c", Opt: opt})
			b := p.breakAt("fib")
			for range 3 {
				p.wantReason(p.cont(), stepper.StopBreakpoint)
			}
			if err := p.DeleteBreakpoint(b.Number); err != nil {
				t.Fatal(err)
			}
			frames, err := p.Frames(p.Thread(), 10)
			if err != nil || len(frames) < 4 {
				t.Fatalf("frames %v, %v", frames, err)
			}
			stop := p.do("finish") // out of fib(8)
			p.wantReason(stop, stepper.StopFinished)
			if opt == "-O0" && stop.Finished.Result.Integers[0] != 21 {
				t.Errorf("fib(8) is %d", stop.Finished.Result.Integers[0])
			}
			after, err := p.Frames(p.Thread(), 10)
			if err != nil || len(after) != len(frames)-1 || after[0].CFA != frames[1].CFA {
				t.Fatalf("finish went from %v to %v, %v", frames, after, err)
			}
			depth := len(after)
			for range 100 {
				stop = p.next()
				now, err := p.Frames(p.Thread(), 20)
				if err != nil || len(now) > depth {
					t.Fatalf("next went deeper: %v, %v", now, err)
				}
				if depth = len(now); p.where(stop) == "main:24" {
					p.wantExit(0)
					p.wantPrinted("fib 55 depth 21\n")
					return
				}
			}
			t.Fatal("100 times next, and main has not gone on")
		})
	}
}

func TestFinishOfAnOuterFrame(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "recurse.c"})
	b := p.breakAt("recurse.c:16")
	for range 6 {
		p.wantReason(p.cont(), stepper.StopBreakpoint)
	}
	if err := p.DeleteBreakpoint(b.Number); err != nil {
		t.Fatal(err)
	}
	stop, err := p.Finish(p.ctx, 3)
	if err != nil {
		t.Fatal(err)
	}
	p.wantReason(stop, stepper.StopFinished)
	if got := stop.Finished.Result.Integers[0]; got != 19 { // depth(18), the third of 21
		t.Errorf("the frame that returned is depth(%d)", got-1)
	}
	p.wantExit(0)
}

func TestFinishOfTheOutermostFrameFails(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "loop.c", Shape: tabletest.Static}, "3")
	frames, err := p.Frames(p.Thread(), 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.Finish(p.ctx, len(frames)-1); !errors.Is(err, stepper.ErrOutermost) {
		t.Fatalf("finish of the outermost of %v: %v", frames, err)
	}
	p.wantExit(0)
}

// The frames of inlined calls share one real frame.
func TestStepEntersInlinedCallsAndFinishLeavesThem(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "inline.c"})
	p.runTo("outer")
	p.walk("step middle:14 inner:8")
	p.walk("next inner:9")
	p.walk("finish middle:14")
	p.walk("next middle:15 middle:16")
	p.walk("finish outer:21")
	p.walk("next outer:22 outer:23 outer:24")
	stop := p.do("finish")
	p.wantReason(stop, stepper.StopFinished)
	p.wantLine(stop, "main:31")
	p.wantExit(0)
}

func TestUntilPassesALoopsEnd(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "loop.c"}, "1000000")
	p.walk("until main:8 main:10 main:11 main:10 main:12 main:13")
	p.wantExit(0)
}

func TestAdvanceEndsAtThePlaceOrAtTheReturn(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "recurse.c"})
	advance := func(location string) stepper.Stop {
		t.Helper()
		places, err := p.Symbols().Lookup(location, 0)
		if err != nil {
			t.Fatal(err)
		}
		stop, err := p.Advance(p.ctx, places)
		if err != nil {
			t.Fatal(err)
		}
		return stop
	}
	p.wantLine(advance("recurse.c:24"), "main:24")
	p.wantLine(advance("depth"), "depth:15")
	p.wantLine(advance("fib"), "main:24") // not called again: the frame returns
	p.wantExit(0)
}

func TestNextThroughAJumpTable(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		p := start(t, tabletest.Fixture{Source: "switch.c", Opt: opt})
		b := p.breakAt("pick")
		for n := range 7 {
			p.wantReason(p.cont(), stepper.StopBreakpoint)
			for range 10 {
				if line := p.where(p.next()); line == "main:28" || line == "main:27" {
					t.Fatalf("pick(%d) returned before its case was seen", n)
				} else if line == "pick:"+string(rune('0'+(11+n)/10))+string(rune('0'+(11+n)%10)) {
					break
				}
			}
		}
		if err := p.DeleteBreakpoint(b.Number); err != nil {
			t.Fatal(err)
		}
		p.wantExit(0)
		p.wantPrinted("sum 178\n")
	}
}

// A siglongjmp that leads back into the frame does not end it.
func TestFinishPassesAJumpBackIntoItsOwnFrame(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		p := start(t, tabletest.Fixture{Source: "goback.c", Opt: opt}, "3", "4")
		p.runTo("attempt")
		stop := p.do("finish")
		p.wantReason(stop, stepper.StopFinished)
		if got := int32(stop.Finished.Result.Integers[0]); got != -1 {
			t.Errorf("%s: attempt returned %d", opt, got)
		}
		if opt == "-O0" { // at -O2 the next line's instructions follow the call directly
			p.wantLine(stop, "main:46")
		}
		p.wantExit(0)
	}
}

// gcc -O1 moves the end of number(), a sign extension or a store, behind the call's block:
// there the frame is main's, but the line table still has the callee's line.
func TestFinishOfAnInlinedCallNeverShowsTheCalleesLine(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "goback.c", Opt: "-O1"}, "3", "4")
	b := p.breakAt("number")
	for _, want := range []string{"main:45", "main:46"} {
		p.wantReason(p.cont(), stepper.StopBreakpoint)
		p.wantLine(p.do("finish"), want)
	}
	if err := p.DeleteBreakpoint(b.Number); err != nil {
		t.Fatal(err)
	}
	p.wantExit(0)
}

// If the user sets a breakpoint on a line that begins with an inlined call, the stop shows the
// caller's line; gdb 13 shows the call's innermost frame instead.
func TestABreakpointOnALineShowsThatLine(t *testing.T) {
	for _, opt := range []string{"-O0", "-O1", "-O2"} {
		for line, want := range map[string]string{"inline.c:21": "outer:21", "inline.c:23": "outer:23", "inline.c:15": "middle:15"} {
			p := launch(t, tabletest.Fixture{Source: "inline.c", Opt: opt})
			b := p.breakAt(line)
			if len(b.Places) != 1 || !strings.HasSuffix(want, strconv.Itoa(b.Places[0].Line.Line)) {
				t.Errorf("%s: break %s is at %+v", opt, line, b.Places)
			}
			p.wantLine(p.cont(), want)
		}
	}
}

// until runs a loop to its end, but not the loop around the inlined call in which it was
// issued. (gcc 16 counts line 32 as the loop's own code when it optimizes: then until has left
// the call, and would run out of the loop next.)
func TestUntilInAnInlinedCallStaysInTheLoopAroundIt(t *testing.T) {
	for opt, want := range map[string]string{"-O0": "loop:39", "-O1": "loop:38", "-O2": "loop:38"} {
		p := start(t, tabletest.Fixture{Source: "goback.c", Opt: opt})
		p.runTo("again")
		switch place := p.where(p.do("until")); place {
		case "again:32":
			p.walk("until " + want)
		case "loop:32":
		default:
			t.Errorf("%s: until ends at %s, not at line 32", opt, place)
		}
		p.wantExit(0)
	}
}

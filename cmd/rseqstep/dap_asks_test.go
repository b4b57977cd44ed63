package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// stopsAt resumes a program that is held and waits for its stop.
func stopsAt(c *daptest.Client) dap.StoppedEventBody {
	return daptest.Event[*dap.StoppedEvent](c).Body
}

func TestAnEditorStopsAtExceptions(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "throws.cc"}, nil)
	answer := daptest.Do[*dap.SetExceptionBreakpointsResponse](c, "setExceptionBreakpoints", args{"filters": []string{"rethrow"},
		"filterOptions": []args{{"filterId": "throw", "condition": "runtime_error"}}})
	if len(answer.Body.Breakpoints) != 2 || !answer.Body.Breakpoints[0].Verified || !answer.Body.Breakpoints[1].Verified {
		t.Errorf("%+v", answer.Body)
	}
	if text := c.Refused("setExceptionBreakpoints", args{"filters": []string{"nosuch"}}); !strings.Contains(text, "nosuch") {
		t.Error(text)
	}
	daptest.Do[*dap.SetExceptionBreakpointsResponse](c, "setExceptionBreakpoints", args{"filters": []string{"rethrow"},
		"filterOptions": []args{{"filterId": "throw", "condition": "runtime_error"}}})
	configured(c)
	for _, want := range []string{"exception thrown", "exception rethrown"} { // the int that is thrown is no runtime_error
		at := stopsAt(c)
		if at.Reason != "exception" || at.Text != want {
			t.Errorf("%+v, want %s", at, want)
		}
		if info := daptest.Do[*dap.ExceptionInfoResponse](c, "exceptionInfo", args{"threadId": at.ThreadId}); info.Body.ExceptionId != want {
			t.Errorf("%+v", info.Body)
		}
		daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": at.ThreadId})
	}
	if status := ended(c); status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestAnEditorChoosesTheFunctionToStepInto(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "skips.cc"}, nil)
	line := tabletest.Line(t, "skips.cc", "int r = work(noise(2)")
	breakAt(t, c, "skips.cc", args{"line": line})
	configured(c)
	at := stopsAt(c)
	frame := c.Frame(at.ThreadId)
	targets := daptest.Do[*dap.StepInTargetsResponse](c, "stepInTargets", args{"frameId": frame.Id}).Body.Targets
	var names []string
	id := 0
	for _, x := range targets {
		names = append(names, x.Label)
		if x.Label == "work" {
			id = x.Id
		}
	}
	if !slices.Contains(names, "noise") || id == 0 {
		t.Fatalf("targets %v", names)
	}
	daptest.Do[*dap.StepInResponse](c, "stepIn", args{"threadId": at.ThreadId, "targetId": id})
	at = stopsAt(c)
	if f := c.Frame(at.ThreadId); f.Name != "work" {
		t.Errorf("in %s", f.Name)
	}
	if text := c.Refused("stepIn", args{"threadId": at.ThreadId, "targetId": id}); !strings.Contains(text, "earlier stop") {
		t.Error(text)
	}
	if status := finish(c, at.ThreadId); status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestAnEditorAsksWhatThereIs(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "throws.cc"}, nil)
	throws := tabletest.Line(t, "throws.cc", "throw std::runtime_error")
	source := args{"path": tabletest.Root(t) + "/testdata/throws.cc"}
	lines := daptest.Do[*dap.BreakpointLocationsResponse](c, "breakpointLocations", args{"source": source, "line": throws - 3, "endLine": throws}).Body.Breakpoints
	var have []int
	for _, l := range lines {
		have = append(have, l.Line)
	}
	if want := []int{throws - 2, throws - 1, throws}; !slices.Equal(have, want) { // not the line of the brace
		t.Errorf("lines %v, want %v", have, want)
	}
	breakAt(t, c, "throws.cc", args{"line": throws, "condition": "n == 0"})
	configured(c)
	at := stopsAt(c)
	frame := c.Frame(at.ThreadId)

	modules := daptest.Do[*dap.ModulesResponse](c, "modules", args{}).Body
	if len(modules.Modules) != modules.TotalModules || !slices.ContainsFunc(modules.Modules, func(m dap.Module) bool { return m.Name == "throws" && m.SymbolStatus == "Symbols loaded" }) {
		t.Errorf("modules %+v", modules)
	}
	sources := daptest.Do[*dap.LoadedSourcesResponse](c, "loadedSources", args{}).Body.Sources
	if !slices.ContainsFunc(sources, func(x dap.Source) bool { return strings.HasSuffix(x.Path, "/throws.cc") }) {
		t.Errorf("sources %+v", sources)
	}

	labels := func(text string) (list []string) {
		for _, x := range daptest.Do[*dap.CompletionsResponse](c, "completions", args{"text": text, "column": len(text) + 1, "frameId": frame.Id}).Body.Targets {
			list = append(list, x.Label)
		}
		return list
	}
	for text, want := range map[string]string{"info thr": "threads", "g.": "g.id", "pla": "place", "print g.": "g.id", "contin": "continue"} {
		if list := labels(text); !slices.Contains(list, want) {
			t.Errorf("completions of %q: %v, without %q", text, list, want)
		}
	}

	say := func(text string) string {
		return daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": text, "context": "repl", "frameId": frame.Id}).Body.Result
	}
	for _, row := range [][2]string{{"print n", "$1 = 0"}, {"g.id + 40", "40"}, {"g.id + 40,h", "0x28"}, {"g.id + 40, o", "050"}, {"(n, g.id),x", "0x0"}, {"n = 5", "5"}, {"n + 1", "6"}, {"info line main", "Line"}} {
		if got := say(row[0]); !strings.HasPrefix(got, row[1]) {
			t.Errorf("%s: %q, want %q", row[0], got, row[1])
		}
	}
	if got := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": "n,x", "context": "watch", "frameId": frame.Id}).Body.Result; got != "0x5" {
		t.Errorf("watched: %q", got)
	}
	// A word that is a command is one, although it is a variable's name too.
	say("n")
	if at := stopsAt(c); at.Reason != "step" && at.Reason != "breakpoint" {
		t.Errorf("%+v", at)
	}
	finish(c, at.ThreadId)
}

func TestAMisspeltConfigurationIsRefused(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "exit7.c"})
	c := daptest.Start(t, rseqstepHere(t), "dap")
	c.Initialize()
	for key, near := range map[string]string{"progam": "program", "stoponentry": "stopOnEntry", "arguments": "", "substitutePaths": "substitutePath", "sourceMapping": ""} {
		text := c.Refused("launch", args{"program": program, key: true})
		if !strings.Contains(text, `unknown key "`+key+`"`) || strings.Contains(text, "did you mean") != (near != "") || !strings.Contains(text, near) {
			t.Errorf("%s: %s", key, text)
		}
	}
	if text := c.Refused("attach", args{"processID": 1}); !strings.Contains(text, `did you mean "processId"`) {
		t.Error(text)
	}
	// What editors and Delve's configurations have besides is nothing to complain of.
	daptest.Do[*dap.LaunchResponse](c, "launch", args{"program": program, "name": "x", "type": "rseqstep", "request": "launch", "__sessionId": "1", "presentation": args{}, "showLog": true})
	daptest.Event[*dap.InitializedEvent](c)
	configured(c)
	if status := ended(c); status != 7 {
		t.Errorf("status %d", status)
	}
}

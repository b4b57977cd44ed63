package main

import (
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

func TestAnEditorSeesAndSetsTheElementsOfContainers(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "containers.cc", Opt: "-O0", Flags: []string{"-std=c++17"}}, nil)
	daptest.Do[*dap.SetFunctionBreakpointsResponse](c, "setFunctionBreakpoints", args{"breakpoints": []args{{"name": "stop"}}})
	configured(c)
	tid := c.Stop("function breakpoint").Body.ThreadId
	frame := daptest.Do[*dap.StackTraceResponse](c, "stackTrace", args{"threadId": tid}).Body.StackFrames[1].Id
	locals := c.Scope(frame, "Locals")
	for _, x := range []struct {
		variable, value   string
		named, indexed    int
		start             int // of the part
		part, want, wider string
		set               string // the part to set, "" for none
	}{
		{"numbers", "", 0, 250, 201, "[201]", "603", "0x25b", "[201]"},
		{"ages", `std::map with 2 elements = {["Ann"] = 30, ["Bob"] = 40}`, 0, 2, 1, `["Bob"]`, "40", "0x28", `["Bob"]`},
		{"rows", "std::map with 1 element = {[7] = std::vector of length 2, capacity 2 = {1, 2}}", 0, 1, 0, "[7]", "std::vector of length 2, capacity 2 = {1, 2}", "std::vector of length 2, capacity 2 = {0x1, 0x2}", ""},
		{"list", "std::__cxx11::list = {[0] = 4, [1] = 5, [2] = 6}", 0, 3, 2, "[2]", "6", "0x6", "[2]"},
		{"some", "std::optional<int> = {[contained value] = 8}", 1, 0, 0, "[contained value]", "8", "0x8", ""},
		{"flags", "std::vector<bool> of length 2, capacity 64 = {true, false}", 0, 2, 1, "[1]", "false", "0x0", ""},
		{"none", "std::optional<int> [no contained value]", 0, 0, 0, "", "", "", ""},
		{"name", `"name"`, 0, 0, 0, "", "", "", ""},
	} {
		v := c.Variable(locals, x.variable)
		if x.value != "" && v.Value != x.value || v.NamedVariables != x.named || v.IndexedVariables != x.indexed {
			t.Errorf("%+v", v)
		}
		if x.part == "" {
			if v.VariablesReference != 0 {
				t.Errorf("%s has parts: %+v", x.variable, v)
			}
			continue
		}
		for _, hex := range []bool{false, true} {
			list := daptest.Do[*dap.VariablesResponse](c, "variables", args{"variablesReference": v.VariablesReference, "start": x.start, "count": 1, "format": args{"hex": hex}}).Body.Variables
			want := map[bool]string{false: x.want, true: x.wider}[hex]
			if len(list) != 1 || list[0].Name != x.part || list[0].Value != want {
				t.Errorf("%s: %+v", x.variable, list)
				continue
			}
			again := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": list[0].EvaluateName, "frameId": frame, "context": "watch"}).Body
			if again.Result != x.want || again.VariablesReference == 0 != (list[0].VariablesReference == 0) {
				t.Errorf("%s is %+v", list[0].EvaluateName, again)
			}
		}
		if x.set != "" {
			daptest.Do[*dap.SetVariableResponse](c, "setVariable", args{"variablesReference": v.VariablesReference, "name": x.set, "value": "1000"})
		}
	}
	flags := c.Variable(locals, "flags")
	daptest.Do[*dap.SetVariableResponse](c, "setVariable", args{"variablesReference": flags.VariablesReference, "name": "[1]", "value": "true"})
	get := c.Variable(c.Variables(c.Variable(locals, "point").VariablesReference), "get()")
	if y := c.Variable(c.Variables(get.VariablesReference), "y"); y.Value != "2" {
		t.Errorf("%+v", y)
	}
	daptest.Do[*dap.SetVariableResponse](c, "setVariable", args{"variablesReference": get.VariablesReference, "name": "y", "value": "1000"})
	if got := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": "numbers[201] + point->y", "frameId": frame}).Body.Result; got != "2000" {
		t.Errorf("the elements that were set add up to %s", got)
	}
	if status := finish(c, tid); status != 0 {
		t.Errorf("the program ended with %d: it does not have the elements that were set", status)
	}
}

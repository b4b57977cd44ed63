package main

import (
	"strings"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// The endless loop of several lines: an editor steps round it, and gets out.
func TestAnEditorStepsOutOfALoopOfSeveralLinesThatNeverEndsNatively(t *testing.T) {
	for step, most := range map[string]int{"next": 14, "stepIn": 42, "stepOut": 1} {
		t.Run(step, func(t *testing.T) {
			c := editorAt(t, tabletest.Fixture{Source: "wrongloop.c", Opt: "-O0"}, nil)
			daptest.Do[*dap.SetFunctionBreakpointsResponse](c, "setFunctionBreakpoints", args{"breakpoints": []args{{"name": "count"}}})
			configured(c)
			tid := c.Stop("function breakpoint").Body.ThreadId
			daptest.Do[*dap.SetFunctionBreakpointsResponse](c, "setFunctionBreakpoints", args{"breakpoints": []args{}})
			end := tabletest.Line(t, "wrongloop.c", "} while (ret);")
			for n := 0; c.Frame(tid).Name == "count" && c.Frame(tid).Line <= end || c.Frame(tid).Name == "rseq_addv"; n++ {
				if n == most {
					t.Fatalf("%d times %s, and the loop has not ended; console: %q", n, step, c.Output["console"])
				}
				daptest.Do[dap.ResponseMessage](c, step, args{"threadId": tid})
				c.Stop("step")
			}
			if status := finish(c, tid); status != 0 {
				t.Errorf("the program ended with %d", status)
			}
			if got := c.Output["console"]; !strings.Contains(got, "by cpu_opv injection (rung 2)") {
				t.Errorf("the console says %q", got)
			}
		})
	}
}

package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// TestARustProgramIsDebuggedByItsOwnNames: main is Rust's, a bare name means the program's own
// crates, and a function has DWARF's name with its generic arguments.
func TestARustProgramIsDebuggedByItsOwnNames(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := tabletest.BuildRust(t)
	line := func(text string) int { return tabletest.Line(t, "rust.rs", text) }
	commands := [][2]string{
		{"start", fmt.Sprintf(`Temporary breakpoint 1 at .*rust.rs, line %d\.(?s:.*)rust::main \(\) at .*rust\.rs:%d`, line("let holder ="), line("let holder ="))},
		{"break sum", `^Breakpoint 2 at \S+: file \S*rust\.rs, line \d+\.$`},
		{"break <rust::Pt as rust::Speak>::speak", `^Breakpoint 3 at \S+: file \S*rust\.rs, line \d+\.$`},
		{"break rust::Holder::total if k == 1 && self.items[1] == 2 && self.nested.second.1 == rust::Wide::Small", `^Breakpoint 4 at`},
		{"continue", `^Breakpoint 4, rust::Holder::total \(self=\*, k=1\) at `},
		{"print self.items", `Vec\(size=3\) = \{1, 2, 3\}$`},
		{"print self.items.len() + 1", `^4$`},
		{"watch sum", `^(Hardware w|W)atchpoint 5: sum$`},
		{"delete 5", "^$"},
		{"continue", `^Breakpoint 2, rust::inner::sum \(p=\.\.\., name=\.\.\.\) at `},
		{"backtrace 3", `(?s)#0  rust::inner::sum .*#1  0x\S+ in rust::values \(n=0, shape=\.\.\., holder=\*\) .*#2  0x\S+ in rust::main \(\) at `},
		{"info args", `(?s)^p = rust::inner::Point \{x: 1, y: 2\}\nname = "h\\"é\\n"$`},
		{"finish", `Value returned is \$\d+ = 8$`},
		{"continue", `^Breakpoint 3, rust::\{impl#\d\}::speak \(self=0x`},
		{"print *self", `^rust::Pt \(1, 2\)$`},
		{"delete", "^$"},
		{"tbreak rust::returns", "^Temporary"},
		{"continue", "rust::returns"},
		{"backtrace -full 2", `(?s)holder = rust::Holder \{name: "héllo", items: Vec\(size=3\) = \{1, 2, 3\}`},
	}
	for _, f := range [][2]string{{"text", `"ore"`}, {"maybe", "<error: Rust passes a value of type core::option::Option<u32> in a way of its own>"},
		{"pair", `<error: Rust passes a value of type \(u8, u8\) in a way of its own>`}, {"point", `rust::Pt \(4, -7\)`}, {"string", `"s5"`},
		{"wide", "7083549724304467820549"}, {"letter", "97 'a'"}, {"kind", "rust::Wide::Top"}, {"vector", `Vec\(size=2\) = \{9, 2\}`}} {
		commands = append(commands, [2]string{"tbreak rust::back::" + f[0], "^Temporary"}, [2]string{"continue", "rust::back::" + f[0]},
			[2]string{"finish", `Value returned is (\$\d+ = )?` + f[1] + "$"})
	}
	commands = append(commands, [][2]string{
		{"print rust::back::letter(8)", `98 'b'$`},
		{"print rust::back::string(8)", `"s8"$`},
		{"print rust::back::pair(1)", `Rust passes a value of type \(u8, u8\) in a way of its own`},
		{"print rust::back::text(2)", `"re"$`},
	}...)
	var list []string
	for _, c := range commands {
		list = append(list, c[0])
	}
	t.Setenv("LC_ALL", "C.UTF-8")
	for i, got := range ask(t, rseqstepHere(t), program, list) {
		if !regexp.MustCompile(commands[i][1]).MatchString(got) {
			t.Errorf("%s\n got %s\nwant %s", commands[i][0], got, commands[i][1])
		}
	}
}

// TestAnOptimizedRustProgramHasNoOtherValues compares the variables of two builds: those of the
// optimized one are the same, as far as they are there.
func TestAnOptimizedRustProgramHasNoOtherValues(t *testing.T) {
	tabletest.NeedPtrace(t)
	locals := func(flags ...string) map[string]string {
		found := map[string]string{}
		all := ask(t, rseqstepHere(t), tabletest.BuildRust(t, flags...), []string{"break rust::stop", "run", "up", "info locals", "info args"})
		for _, l := range strings.Split(all[3]+"\n"+all[4], "\n") {
			if name, value, ok := strings.Cut(l, " = "); ok {
				found[name] = regexp.MustCompile(`0x[0-9a-f]+|\*$|\*(,|\))`).ReplaceAllString(value, "*$1")
			}
		}
		return found
	}
	plain, optimized := locals(), locals("-O")
	known := 0
	for name, got := range optimized {
		if !strings.Contains(got, "<optimized out>") && !strings.Contains(plain[name], "*") {
			if known++; got != plain[name] {
				t.Errorf("%s: %s, want %s", name, got, plain[name])
			}
		}
	}
	if len(plain) < 40 || known < 3 {
		t.Errorf("%d variables, %d known in the optimized program: %q", len(plain), known, optimized)
	}
}

func TestAnEditorSeesRustsValues(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	c := daptest.Start(t, rseqstepHere(t), "dap")
	c.Initialize()
	daptest.Do[*dap.LaunchResponse](c, "launch", args{"program": tabletest.BuildRust(t)})
	daptest.Event[*dap.InitializedEvent](c)
	source := filepath.Join(tabletest.Root(t), "testdata", "rust.rs")
	daptest.Do[*dap.SetBreakpointsResponse](c, "setBreakpoints", args{"source": args{"path": source},
		"breakpoints": []args{{"line": tabletest.Line(t, "rust.rs", "let r = stop(deque[0])"), "condition": "vec[1] == -2 && pairs[0].0 == 1u8 && vec.len() == 3"}}})
	configured(c)
	tid := c.Stop("breakpoint").Body.ThreadId
	frame := c.Frame(tid)
	vars := c.Scope(frame.Id, "Locals")
	for name, want := range map[string]string{
		"vec": "[0]=1 [1]=-2 [2]=3", "string": "", "tree": "[0]=0 [1]=2", "map": `[10]="ten"`, "pairs": "[0]=(1, core::option::Option<u16>::Some(2)) [1]=(3, core::option::Option<u16>::None)",
		"rc": "value=5 strong=2 weak=1", "deque": "[0]=102 [1]=103 [2]=104", "leaves": "[0]=0 [1]=1",
	} {
		v := c.Variable(vars, name)
		var parts []string
		if v.VariablesReference != 0 {
			for _, x := range c.Variables(v.VariablesReference)[:min(3, v.NamedVariables+v.IndexedVariables)] {
				parts = append(parts, x.Name+"="+x.Value)
				if x.EvaluateName == "" {
					continue
				}
				if got := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": x.EvaluateName, "frameId": frame.Id, "context": "watch"}).Body.Result; got != x.Value {
					t.Errorf("%s is %s, and by its name %s", x.EvaluateName, x.Value, got)
				}
			}
		}
		if got := strings.Join(parts, " "); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{})
}

package check

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// catalogue are two rules; the second concerns 6.18 and older only.
func catalogue() []Rule {
	return []Rule{
		{Name: "first", Family: "Some", Severity: Error, Title: "something is wrong", Says: "Do not.", Sources: []Source{{"rseq(2)", "https://example.org/rseq"}},
			On: Everywhere(Killed, "the kernel ends the program"), Advice: "Do something else."},
		{Name: "second", Family: "Some", Severity: Warning, Title: "something is odd", Says: "Better not.", Sources: []Source{{"rseq(2)", ""}},
			On: Table{Until618: {Wrong, "an update is lost"}}, Advice: "Look at it."},
	}
}

func at(rule string, a Address, function string) Finding {
	return Finding{Rule: rule, Detail: "at " + a.String(), Where: Place{Module: "/usr/lib/liba.so", Address: a, Function: function}}
}

func TestAPlaceThatViolatesARuleAgainIsCounted(t *testing.T) {
	r := NewReport("1", "prog", catalogue())
	f := at("first", 0x10, "f")
	f.Threads = []int{7}
	if !r.Add(f) {
		t.Error("the first is not new")
	}
	f.Threads, f.Count = []int{3, 7}, 4
	if r.Add(f) || len(r.Findings) != 1 {
		t.Fatalf("%d findings", len(r.Findings))
	}
	if got := r.Findings[0]; got.Count != 5 || !slices.Equal(got.Threads, []int{3, 7}) || got.Severity != Error {
		t.Errorf("%+v", got)
	}
	r.Add(at("second", 0x10, "f"))
	r.Add(at("first", 0x11, "f"))
	if len(r.Findings) != 3 {
		t.Errorf("%d findings of two places and two rules, want 3", len(r.Findings))
	}
}

func TestOptionsExcludeFindingsAndCountThem(t *testing.T) {
	for _, c := range []struct {
		name                             string
		suppress                         string
		kernels                          string
		max                              int
		left                             string // "rule address" of what stays
		suppressed, elsewhere, over, odd int
		status                           int // with --fail-on=warning
	}{
		{name: "nothing excluded", left: "first 0x10,first 0x20,second 0x30", status: StatusFound},
		{name: "a rule", suppress: "first", left: "second 0x30", suppressed: 2, status: StatusFound},
		{name: "a function", suppress: "first g", left: "first 0x10,second 0x30", suppressed: 1, status: StatusFound},
		{name: "a module's name", suppress: "* * liba.so", suppressed: 3},
		{name: "a module's path", suppress: "* * /usr/*", suppressed: 3},
		{name: "another module", suppress: "first * libb.so # no more", left: "first 0x10,first 0x20,second 0x30", odd: 1, status: StatusFound},
		{name: "older kernels", kernels: "6.1", left: "first 0x10,first 0x20,second 0x30", status: StatusFound},
		{name: "newer kernels", kernels: "6.19,7.1", left: "first 0x10,first 0x20", elsewhere: 1, status: StatusFound},
		{name: "at most one", max: 1, left: "first 0x10,second 0x30", over: 1, status: StatusFound},
		{name: "all but the harmless", suppress: "first", kernels: "7.3", suppressed: 2, elsewhere: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := NewReport("1", "prog", catalogue())
			r.Add(at("second", 0x30, "f"))
			r.Add(at("first", 0x20, "g"))
			r.Add(at("first", 0x10, "f"))
			suppress, err := ParseSuppressions(strings.NewReader("# a comment\n\n" + c.suppress + "\n"))
			if err != nil {
				t.Fatal(err)
			}
			if err := suppress.Check(catalogue()); err != nil {
				t.Fatal(err)
			}
			kernels, err := ParseKernels(c.kernels)
			if err != nil {
				t.Fatal(err)
			}
			r.Apply(Options{Kernels: kernels, Suppress: suppress, Max: c.max})
			var left []string
			for _, f := range r.Findings {
				left = append(left, f.Rule+" "+f.Where.Address.String())
			}
			if got := strings.Join(left, ","); got != c.left {
				t.Errorf("left: %s, want %s", got, c.left)
			}
			if r.Suppressed != c.suppressed || r.Elsewhere != c.elsewhere || r.Left != c.over || len(r.Unused) != c.odd {
				t.Errorf("%d suppressed, %d elsewhere, %d over, unused %v", r.Suppressed, r.Elsewhere, r.Left, r.Unused)
			}
			if got := r.Status(Warning); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
		})
	}
}

func TestStatusAsksForASeverity(t *testing.T) {
	r := NewReport("1", "prog", catalogue())
	r.Add(at("second", 0x10, "f"))
	r.Apply(Options{Max: 1})
	for failOn, want := range map[Severity]int{0: StatusClean, Note: StatusFound, Warning: StatusFound, Error: StatusClean} {
		if got := r.Status(failOn); got != want {
			t.Errorf("fail on %v: status %d, want %d", failOn, got, want)
		}
	}
}

func TestSuppressionFilesWithMistakesAreRefused(t *testing.T) {
	if _, err := ParseSuppressions(strings.NewReader("first a b c\n")); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("four words: %v", err)
	}
	s, err := ParseSuppressions(strings.NewReader("\nthird\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(catalogue()); err == nil || !strings.Contains(err.Error(), `line 2: there is no rule "third"`) {
		t.Errorf("an unknown rule: %v", err)
	}
}

func TestKernelsAreNamedByVersion(t *testing.T) {
	for text, want := range map[string][]Kernel{
		"": AllKernels(), "all": AllKernels(), "6.18": {Until618}, "4.18,5.10": {Until618}, "6.19": {From619}, "7.0.13": {From619, From71Legacy, From71Optimal}, "6.18.15+deb13-amd64": {Until618}, "7.1.0-rc2": {From71Legacy, From71Optimal},
		"7.1": {From71Legacy, From71Optimal}, "7.3.4-legacy": {From71Legacy}, "8.0-optimized, 6.1": {Until618, From71Optimal},
		"7.1.2-legacy": {From71Legacy}, "6.18.1-legacy": nil, "6": nil, "x.y": nil, "6.18-legacy": nil, "7.1-fast": nil, "7.1,": nil,
	} {
		got, err := ParseKernels(text)
		if !slices.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestJSONHasAVersionAndTheRulesThatItNames(t *testing.T) {
	r := NewReport("1", "prog", catalogue())
	f := at("second", 1<<60+1, "f")
	f.Section = &Section{Start: 0x1000}
	r.Add(f)
	r.Apply(Options{})
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version  int
		Findings []struct {
			Rule, Severity string
			Count          int
			Where          struct{ Address string }
			Section        struct{ Start string }
		}
		Rules []struct {
			Name string
			On   []struct{ Kernel, Effect string }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != JSONVersion || len(got.Findings) != 1 || len(got.Rules) != 1 || got.Rules[0].Name != "second" {
		t.Fatalf("%s", b.Bytes())
	}
	if f := got.Findings[0]; f.Rule != "second" || f.Severity != "warning" || f.Count != 1 || f.Where.Address != "0x1000000000000001" || f.Section.Start != "0x1000" {
		t.Errorf("%+v", f)
	}
	if on := got.Rules[0].On; len(on) != 4 || on[0].Kernel != "6.18" || on[0].Effect != "wrong results" || on[1].Effect != "nothing" {
		t.Errorf("%+v", on)
	}
}

func TestTextGroupsFindingsByRule(t *testing.T) {
	r := NewReport("1", "prog", catalogue())
	f := at("first", 0x10, "f")
	f.Where.File, f.Where.Line, f.Where.Text, f.Count, f.Threads = "a.c", 12, "ret", 3, []int{5, 6}
	r.Add(f)
	r.Add(at("first", 0x20, "g"))
	r.Add(at("second", 0x30, "f"))
	r.Watched = Watched{Files: []string{"prog"}, Declared: 2, Decoded: 2}
	r.Apply(Options{})
	var b bytes.Buffer
	if err := r.WriteText(&b, Paint{}); err != nil {
		t.Fatal(err)
	}
	want := `error: something is wrong [first]
  f at a.c:12 (liba.so+0x10)  ret, 3 times, 2 threads
      at 0x10
  g (liba.so+0x20)
      at 0x20
  Rule: Do not.
    See rseq(2).
  All kernels: the kernel ends the program.
  Advice: Do something else.

warning: something is odd [second]
  f (liba.so+0x30)
      at 0x30
  Rule: Better not.
    See rseq(2).
  Linux 6.18 and older: an update is lost.
  Linux 6.19 to 7.0; 7.1 and newer, legacy; 7.1 and newer, optimized: nothing.
  Advice: Look at it.

2 errors, 1 warning. Looked at 1 file, 2 sections declared, 2 decoded; nothing
  was run.
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

package main

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestMedianIsTheMiddleValue(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 100}, 3.5},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v is %v, not %v", c.values, got, c.want)
		}
	}
}

func TestFieldReadsTheNumberAfterItsName(t *testing.T) {
	out := "Breakpoint 1, main\nsum 12 ns 3456 aborts 0\n"
	if got, err := field(out, "ns"); err != nil || got != 3456 {
		t.Errorf("%v %v", got, err)
	}
	for _, out := range []string{"", "ns", "ns many", "sum 12"} {
		if got, err := field(out, "ns"); err == nil {
			t.Errorf("%q gives %v", out, got)
		}
	}
}

func TestFasterIsBetterWhicheverWayTheFigureGoes(t *testing.T) {
	figures := func(v float64) func() (float64, error) { return func() (float64, error) { return v, nil } }
	for _, c := range []struct {
		moreIsGood   bool
		ours, theirs float64
	}{{true, 300, 100}, {false, 100, 300}} {
		contest := contest{title: "t", moreIsGood: c.moreIsGood, contenders: []contender{{"a", figures(c.ours)}, {"b", figures(c.theirs)}}}
		var out strings.Builder
		if err := contest.write(&out, contest.hold(3, io.Discard)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "3.00 ×") {
			t.Errorf("three times as good is not in\n%s", out.String())
		}
	}
}

func TestFailedContenderSaysWhyAndIsNotTriedAgain(t *testing.T) {
	tried := 0
	c := contest{title: "t", contenders: []contender{
		{"a", func() (float64, error) { return 1, nil }},
		{"b", func() (float64, error) { tried++; return 0, errors.New("no such thing") }},
		{"c", func() (float64, error) { return 0, nil }},
	}}
	var out strings.Builder
	if err := c.write(&out, c.hold(3, io.Discard)); err != nil {
		t.Fatal(err)
	}
	if tried != 1 || !strings.Contains(out.String(), "no such thing") {
		t.Errorf("tried %d times:\n%s", tried, out.String())
	}
	if strings.Contains(out.String(), "Inf") || strings.Contains(out.String(), "NaN") {
		t.Errorf("a ratio of nothing:\n%s", out.String())
	}
}

func TestHotLineIsFoundInItsSource(t *testing.T) {
	t.Chdir("../..")
	place, err := lineOf("hotline.c", "/* the hot line */")
	if err != nil || !strings.HasPrefix(place, "hotline.c:") {
		t.Errorf("%q %v", place, err)
	}
	if _, err := lineOf("hotline.c", "no such mark"); err == nil {
		t.Error("a mark that is nowhere was found")
	}
}

func TestEverySecondRoundGoesBackwards(t *testing.T) {
	var order strings.Builder
	measured := func(name string) contender {
		return contender{name, func() (float64, error) { order.WriteString(name); return 1, nil }}
	}
	contest{title: "t", contenders: []contender{measured("a"), measured("b")}}.hold(4, io.Discard)
	if got := order.String(); got != "abbaabba" {
		t.Errorf("measured in the order %q", got)
	}
}

// Each contest of two builds measures both, one by one, in the same rounds.
func TestTwoBuildsAreMeasuredInTheSameRounds(t *testing.T) {
	figure := func(name string) contest {
		return contest{contenders: []contender{{name, nil}, {"gdb", nil}}, target: "1"}
	}
	for _, c := range against([]contest{figure("rseqstep"), figure("gdb on rseqstep gdbserver")}, []contest{figure("x"), figure("y")}) {
		if len(c.contenders) != 2 || c.contenders[1].name != "before" || c.target != "" {
			t.Errorf("%+v", c)
		}
	}
}

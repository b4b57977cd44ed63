package show

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"rseqstep/stepper"
	"rseqstep/table"
)

// declared makes n sections of two files; those of ran have passes.
func declared(n int, ran ...int) *Sections {
	s := &Sections{Seen: "rseqstep has seen %s run", Command: "info rseq --all"}
	files := []*table.Module{{Path: "/usr/lib/libtcmalloc.so.4"}, {Path: "/usr/bin/server"}}
	for i := range n {
		start := table.Addr(0x7ffff7a01000 + 0x40*i)
		p := &table.Placed{Section: &table.Section{Symbol: fmt.Sprintf("_Zsection%d", i)}, Module: files[i%2], Start: start, End: start + 0x1e, Abort: start + 0x8000}
		s.List = append(s.List, Section{Placed: p, Name: fmt.Sprintf("tcmalloc::tcmalloc_internal::subtle::percpu::TcmallocSlab::Push<%d>+0x1f", i), Source: fmt.Sprintf("percpu_tcmalloc.h:%d", i), Exits: "-", Decoded: i > 0})
	}
	for _, i := range ran {
		s.List[i].Counts = stepper.Counts{Passes: 3, Commits: 2, Aborts: 1}
	}
	return s
}

// No line is wider than the terminal, at any width at which a table can be shown; the sections that ran are
// there at each, and what is left out is named.
func TestInfoRseqFitsTheTerminal(t *testing.T) {
	for width := 40; width <= 240; width++ {
		var b strings.Builder
		declared(177, 5, 70).Write(&b, Choice{}, width)
		text := b.String()
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Fatalf("%d columns, and a line of %d:\n%s", width, n, text)
			}
		}
		flat := strings.Join(strings.Fields(text), " ")
		if strings.Count(flat, "tcmallo") < 2 || !strings.Contains(flat, "177 restartable sequences are declared, 176 decoded; rseqstep has seen 2 run.") || !strings.Contains(flat, `"info rseq --all" lists all 177`) {
			t.Fatalf("%d columns:\n%s", width, text)
		}
		if !strings.Contains(text, "[0x7ffff7a01140") && !strings.Contains(flat, "No room for:") {
			t.Fatalf("%d columns, and nothing says that the addresses are left out:\n%s", width, text)
		}
	}
}

func TestInfoRseqListsWhatIsAskedFor(t *testing.T) {
	here := declared(177)
	here.List[9].Here = true
	one := declared(177, 5)
	for name, c := range map[string]struct {
		s      *Sections
		choice Choice
		rows   int
		says   string
	}{
		"those that ran":      {declared(177, 5, 70), Choice{}, 2, "88 88 1 /usr/bin/server"},
		"none ran":            {declared(177), Choice{}, 0, "has seen none run"},
		"a thread is inside":  {here, Choice{}, 1, "has seen 1 run"},
		"all":                 {one, Choice{All: true}, 177, "has seen 1 run"},
		"few":                 {declared(few), Choice{}, few, "has seen none run"},
		"more than few":       {declared(few + 1), Choice{}, 0, "lists all 13"},
		"by function":         {one, Choice{Pattern: regexp.MustCompile(`Push<7.>`)}, 10, ""},
		"by symbol":           {one, Choice{Pattern: regexp.MustCompile(`^_Zsection12$`)}, 1, ""},
		"by source":           {one, Choice{Pattern: regexp.MustCompile(`h:99$`)}, 1, ""},
		"by file":             {one, Choice{Pattern: regexp.MustCompile(`^/usr/bin`)}, 88, ""},
		"nothing matches":     {one, Choice{Pattern: regexp.MustCompile(`nothing`)}, 0, `None of the 177 restartable sequences matches "nothing".`},
		"all that match":      {one, Choice{All: true, Pattern: regexp.MustCompile(`Push<5>`)}, 1, ""},
		"without any columns": {one, Choice{}, 1, "Flags"},
	} {
		var b strings.Builder
		c.s.Write(&b, c.choice, 0)
		if n := strings.Count(b.String(), "[0x"); n != c.rows || !strings.Contains(strings.Join(strings.Fields(b.String()), " "), c.says) {
			t.Errorf("%s: %d sections, want %d and %q:\n%s", name, n, c.rows, c.says, b.String())
		}
	}
}

func TestTheArgumentOfInfoRseq(t *testing.T) {
	for args, want := range map[string]string{
		"": "false <nil>", "--all": "true <nil>", "-all": "true <nil>", "--all push": "true push", "operator new": "false operator new",
		"(": `"(" is not a regular expression: missing closing )`, "--all [": `"[" is not a regular expression: missing closing ]`, "--every": `info rseq has no option "--every"; it has --all`,
	} {
		c, err := ParseChoice(args)
		got := fmt.Sprint(c.All, " ", c.Pattern)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q is read as %s, want %s", args, got, want)
		}
	}
}

// The selected thread and those inside a section are always listed; the others are counted.
func TestManyThreadsAreSummedUp(t *testing.T) {
	r := Registrations{Selected: 60, Name: func(*table.Placed) string { return "push+0x1f" }, Command: "info rseq --all"}
	for i := range 64 {
		info := stepper.ThreadInfo{Number: i + 1, TID: i + 1}
		if i != 3 {
			info.Rseq.Config.Area, info.Rseq.Config.Size, info.Rseq.Config.Signature = table.Addr(0x7ffff7dd0000+0x1000*i), 32, 0x53053053
		}
		r.Threads = append(r.Threads, info)
	}
	r.Threads[40].Rseq.Armed, r.Threads[40].Rseq.Live, r.Threads[40].Rseq.Section = 0x4000, true, &table.Placed{}
	for _, width := range []int{50, 80, 140, 0} {
		var b strings.Builder
		r.Write(&b, false, width)
		flat := strings.Join(strings.Fields(b.String()), " ")
		for _, want := range []string{"64 threads: 63 with a registered area, 1 inside a section.", "* 60 (60)", "41 (41)", "push+0x1f, live", `"info rseq --all" lists the other 48 threads, too.`, "32", "0x53053053"} {
			if !strings.Contains(flat, want) {
				t.Errorf("%d columns: no %q in\n%s", width, want, b.String())
			}
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 0 && n > width {
				t.Errorf("%d columns, and a line of %d: %s", width, n, line)
			}
		}
	}
	var b strings.Builder
	if r.Write(&b, true, 0); strings.Count(b.String(), "0x53053053") != 63 {
		t.Errorf("--all:\n%s", b.String())
	}
}

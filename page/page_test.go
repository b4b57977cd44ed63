package page

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// full is a page in which every text is name.
func full(name string) *Page {
	f := Finding{Rule: name, Severity: "error", Text: name, Where: name, Often: name, Lists: []List{{name, []string{name}}}}
	rule := Rule{Name: name, Severity: "error", Title: name, Says: name, Places: name, Advice: name, Effects: []Effect{{name, name, name, "bad"}}, Sources: []Source{{name, "https://" + name}, {name, name}}}
	s := Section{
		Function: name, Module: name, File: name, Line: 3, Cells: []Cell{{name, 1, name}}, Heat: 1, Facts: []Fact{{name, name, "bad"}},
		Listing: []Row{
			{Kind: RowSource, Text: name, File: name, Line: 7}, {Offset: 0, Bytes: "90", Text: name, Roles: []string{name}, Inside: true, State: Counted, Count: 7, Share: .5, Findings: []Finding{f}},
			{Kind: RowGap, Text: name}, {Offset: 1, Text: name, Inside: true, State: Missed},
		},
		Words: []string{name}, Notes: []string{name}, Tallies: []Tally{{Title: name, Counts: []Count{{name, 2, .3}}, Left: 3}},
		Callers: []Stack{{Count: 2, Frames: []Frame{{name, name, name, 1}}}}, Findings: []Finding{f}, Unlisted: name,
	}
	return &Page{Command: name, Subject: name, Version: name, Made: name, Summary: []Fact{{name, name, name}}, Notes: []string{name},
		Columns: []Column{{name, name}}, Counted: name, Sections: []Section{s, s}, Findings: []Finding{f}, Rules: []Rule{rule}, Legend: []Legend{{Counted, name}}}
}

func text(t testing.TB, p *Page) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// marks counts the characters that make up HTML's own structure.
func marks(html string) [4]int {
	return [4]int{strings.Count(html, "<"), strings.Count(html, ">"), strings.Count(html, `"`), strings.Count(html, "'")}
}

// FuzzNames writes pages with names that a symbol table may contain. Whatever they are, the page has
// the tags and the attributes that it has with a plain name.
func FuzzNames(f *testing.F) {
	for _, name := range []string{
		"", "push", `</script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onclick='x`, "{{.}}", "`${x}`", "<!--", "]]>", "</style>", "a\x00b", "\xff\xfe", "\u202etxt.exe",
		"javascript:alert(1)", "operator<=><int>", "std::vector<std::pair<int, char const*>>::push_back", "\u2028x\u2029", "\x1b[31mred", strings.Repeat("x", 5000), "../../etc/passwd", "&amp;&lt;", "\ufeff", "\U000e0041",
	} {
		f.Add(name)
	}
	want := marks(text(f, full("nn")))
	f.Fuzz(func(t *testing.T, name string) {
		html := text(t, full("n"+name+"n"))
		if got := marks(html); got != want {
			t.Errorf("%q makes a page with %v of < > \" ', not %v", name, got, want)
		}
		for _, r := range html {
			if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
				t.Fatalf("%q makes a page that contains %U", name, r)
			}
		}
	})
}

func TestAPageLoadsNothing(t *testing.T) {
	html := text(t, full("nn"))
	for _, m := range regexp.MustCompile(`(?i)(src|href)="([^"]*)"|url\(|@import`).FindAllStringSubmatch(html, -1) {
		if !strings.HasPrefix(m[2], "#") && m[2] != "data:," && !strings.HasPrefix(m[0], `href="https://`) { // a link loads nothing
			t.Errorf("the page names %q", m[0])
		}
	}
	if !strings.Contains(html, "default-src 'none'") {
		t.Error("no Content-Security-Policy forbids it")
	}
}

func TestAnEmptyPageSaysSo(t *testing.T) {
	html := text(t, &Page{Command: "rseqstep stat", Subject: "true", Order: -1})
	if !strings.Contains(html, "There are none.") || strings.Contains(html, "<table") {
		t.Error(html)
	}
}

func TestCleanShowsWhatIsHidden(t *testing.T) {
	for in, want := range map[string]string{
		"push+0x1f": "push+0x1f", "größe": "größe", "a b": "a b", "a\u00a0b": `a\xa0b`, "\u202eab": `\u{202e}ab`, "\xffa": `\xffa`, "\x00": `\x00`, "\ufffd": "\ufffd", "日本": "日本",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFindingsStandAtTheirInstruction(t *testing.T) {
	s := Section{Listing: []Row{{Kind: RowGap}, {Address: 0x10}, {Address: 0x14, Offset: 4}}}
	s.Find(0x14, Finding{Rule: "one", Severity: "warning"})
	s.Find(0x99, Finding{Rule: "two", Severity: "note"})
	if len(s.Listing[2].Findings) != 1 || len(s.Findings) != 1 || s.worst() != "warning" {
		t.Errorf("%+v, the worst is %q", s, s.worst())
	}
	if s.At(4) != &s.Listing[2] || s.At(8) != nil {
		t.Error("an instruction is not found by its offset")
	}
}

func TestHeatIsZeroOnlyForNothing(t *testing.T) {
	for share, want := range map[float64]int{-1: 0, 0: 0, 1e-9: 1, .19: 1, .5: 3, .999: 5, 1: 5, 7: 5} {
		if got := heat(share); got != want {
			t.Errorf("heat(%v) = %d, want %d", share, got, want)
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/check"
	"rseqstep/check/rules"
	"rseqstep/page"
	"rseqstep/table/tabletest"
)

// pageOf is the page of a check of some files.
func pageOf(t *testing.T, paths ...string) (*check.Report, *page.Page) {
	t.Helper()
	r := check.NewReport("", paths[0], rules.All())
	for _, path := range paths {
		if err := checkFile(r, path); err != nil {
			t.Fatal(err)
		}
	}
	r.Apply(check.Options{})
	return r, checkPage(r)
}

// Every finding of the bad fixtures is on the page once: at its instruction, if the listing of its
// section has that; and its rule is explained.
func TestEachFindingIsOnThePageAtItsInstruction(t *testing.T) {
	sources, err := filepath.Glob("../../testdata/check/*.S")
	if err != nil || len(sources) == 0 {
		t.Fatal(err, sources)
	}
	at := 0
	for _, source := range tabletest.Some(t, 12, sources) {
		fixture := tabletest.Fixture{Source: "check/" + filepath.Base(source), Flags: []string{"-DBAD"}}
		r, p := pageOf(t, tabletest.Build(t, fixture))
		shown := slices.Clone(p.Findings)
		for n := range p.Sections {
			s := &p.Sections[n]
			shown = append(shown, s.Findings...)
			for i := range s.Listing {
				row := &s.Listing[i]
				shown = append(shown, row.Findings...)
				for range row.Findings {
					at++
					if !slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return uint64(f.Where.Address) == row.Address }) {
						t.Errorf("%s: a finding stands at %#x, where there is none", source, row.Address)
					}
				}
			}
		}
		if len(shown) != len(r.Findings) {
			t.Errorf("%s: %d of %d findings are on the page", source, len(shown), len(r.Findings))
		}
		for _, f := range shown {
			explained := slices.ContainsFunc(p.Rules, func(r page.Rule) bool { return r.Name == f.Rule && r.Advice != "" && len(r.Effects) > 0 })
			if !explained {
				t.Errorf("%s: the page does not explain %s", source, f.Rule)
			}
		}
	}
	if at == 0 {
		t.Error("no finding stands at an instruction")
	}
}

// The sections with the worst findings come first, whatever order their files have.
func TestThePageBeginsWithTheWorst(t *testing.T) {
	good := tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"})
	warned := tabletest.Build(t, tabletest.Fixture{Source: "check/twice.S", Flags: []string{"-DBAD"}})
	bad := tabletest.Build(t, tabletest.Fixture{Source: "check/notlast.S", Flags: []string{"-DBAD"}})
	_, p := pageOf(t, good, warned, bad)
	if len(p.Sections) != 5 || p.Order != 0 || p.Sections[0].Module != bad || p.Sections[1].Module != warned || p.Sections[0].Cells[0].Text != "1" || p.Sections[4].Count("") != 0 {
		t.Errorf("%d sections, sorted by %d: %q, %q", len(p.Sections), p.Order, p.Sections[0].Module, p.Sections[1].Module)
	}
	_, p = pageOf(t, good)
	if len(p.Columns) != 0 || p.Order != -1 || p.Summary[0].Value != "none" {
		t.Errorf("without findings: columns %v, %v", p.Columns, p.Summary)
	}
}

// A file whose code is not read has its sections on the page all the same, and why.
func TestThePageSaysWhyItHasNoListing(t *testing.T) {
	_, p := pageOf(t, tabletest.Build(t, tabletest.Fixture{Source: "seed.c", Shape: tabletest.Object}))
	if len(p.Sections) != 1 || !strings.Contains(p.Sections[0].Unlisted, "not relocated") || p.Sections[0].Function == "" {
		t.Errorf("%+v", p.Sections)
	}
}

// The page of a watched program has what belongs to no section, with the instruction that did it and
// who called that.
func TestThePageOfAWatchedProgram(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	file := filepath.Join(t.TempDir(), "page.html")
	status, out, errors := checkedFile("--html", file, "--", tabletest.Build(t, tabletest.Fixture{Source: "watch/writes.c", Flags: []string{"-pthread"}}))
	html, err := os.ReadFile(file)
	if err != nil || status != check.StatusFound {
		t.Fatalf("%v, status %d: %s%s", err, status, out, errors)
	}
	for _, want := range []string{"Findings about no section", "kernel-field-written", "disturb", "mov %edx,(%rax)", "#1 main", "What to do:", "Linux 6.19 to 7.0", "wrong results"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

// stat and exercise show the findings of check at the instructions of the sections that they list.
func TestOtherPagesHaveTheFindingsToo(t *testing.T) {
	path := tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Opt: "-O2"})
	_, want := pageOf(t, path)
	p := &page.Page{Sections: slices.Clone(want.Sections)}
	for n := range p.Sections {
		s := &p.Sections[n]
		s.Findings, s.Listing = nil, slices.Clone(s.Listing)
		for i := range s.Listing {
			s.Listing[i].Findings = nil
		}
	}
	judgeFiles(p)
	for n := range p.Sections {
		if got := p.Sections[n].Count("error"); got == 0 || got != want.Sections[n].Count("error") {
			t.Errorf("%s: %d errors, check finds %d", p.Sections[n].Function, got, want.Sections[n].Count("error"))
		}
	}
	if len(p.Rules) != len(want.Rules) {
		t.Errorf("%d rules, not %d", len(p.Rules), len(want.Rules))
	}
	gone := &page.Page{Sections: []page.Section{{Module: filepath.Join(t.TempDir(), "gone")}}}
	if judgeFiles(gone); len(gone.Notes) != 1 || !strings.Contains(gone.Notes[0], "could not be checked") {
		t.Errorf("a file that is gone: %q", gone.Notes)
	}
}

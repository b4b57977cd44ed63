package rules_test

import (
	"cmp"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rseqstep/check/rules"
	"rseqstep/table/tabletest"
)

// onPurpose are the fixtures that break rules, with the reason.
var onPurpose = map[string]purpose{
	"aborts.c":         {[]string{"no-commit", "trap-inside"}, "the kernel aborts each of its passes at an undefined instruction"},
	"endsinside.c":     {[]string{"commit-not-last"}, "the test stops a thread behind the store, inside the section"},
	"lastcall.c":       {[]string{"syscall-inside"}, "the section ends its thread or the process"},
	"ud2.c":            {[]string{"trap-inside"}, "the section contains an undefined instruction that a handler counts"},
	"watchin.c":        {[]string{"store-before-commit"}, "the section stores to a watched variable before it commits to another"},
	"sections/leave.c": {[]string{"commit-not-last"}, "a return behind a commit, inside the section"},
}

type purpose struct {
	rules  []string
	reason string
}

// onARM64 replaces those of onPurpose that break other rules there.
var onARM64 = map[string]purpose{
	"made.c":    {[]string{"section-undeclared"}, "the code that it copies contains a signature, which has one form only"},
	"watchin.c": {nil, "the variables' addresses are in registers, in front of the section"},
}

// purposeOf is what a build of a fixture breaks on purpose.
func purposeOf(f tabletest.Fixture) purpose {
	if p, ok := onARM64[f.Source]; ok && cmp.Or(f.Arch, runtime.GOARCH) == "arm64" {
		return p
	}
	return onPurpose[f.Source]
}

var hasSections = regexp.MustCompile(`#include "(rseqfix|layoutfix)\.h"|__rseq_cs`)

// No fixture that obeys the rules has a finding, at any level of optimization; those that break
// one on purpose have those only.
func TestProjectFixturesHaveNoOtherFindings(t *testing.T) {
	dir := filepath.Join(tabletest.Root(t), "testdata")
	var sources []string
	for _, pattern := range []string{"*.c", "*.S", "sections/*.c"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if hasSections.Match(text) {
				rel, err := filepath.Rel(dir, file)
				if err != nil {
					t.Fatal(err)
				}
				sources = append(sources, rel)
			}
		}
	}
	if len(sources) < 40 {
		t.Fatalf("%d sources with sections", len(sources))
	}
	sections := 0
	for _, source := range sources {
		t.Run(strings.ReplaceAll(source, "/", "-"), func(t *testing.T) {
			builds := []tabletest.Fixture{{Opt: "-O0"}, {Opt: "-O2", Shape: tabletest.NoPIE, Table: tabletest.RseqTable}, {Opt: "-O2", Flags: []string{"-DFIX_FLAT"}}}
			if source != "trycopy.c" { // in assembly of amd64
				builds = append(builds, tabletest.Fixture{Opt: "-O2", Arch: "arm64"})
			}
			for _, f := range builds {
				switch f.Source = source; source {
				case "asmmain.c":
					f.Extra = []string{"asm.S"}
				case "separate.c":
					f.Source, f.Extra, f.Flags = "wrongloop.c", []string{source}, append(f.Flags, "-DSEPARATE")
				}
				if name := filepath.Base(source); strings.HasPrefix(name, "lib") || name == "asm.S" {
					f.Shape = tabletest.Shared
				}
				r := judged(t, tabletest.Build(t, f))
				sections += r.Watched.Declared
				hits, purpose := map[string]bool{}, purposeOf(f)
				for n := range r.Findings {
					if rule := r.Findings[n].Rule; slices.Contains(purpose.rules, rule) {
						hits[rule] = true
						continue
					}
					tell(t, &r.Findings[n])
				}
				if len(hits) != len(purpose.rules) {
					t.Errorf("%v: findings %v, though %s", f, slices.Sorted(maps.Keys(hits)), purpose.reason)
				}
				if r.Watched.Decoded != r.Watched.Declared || len(r.Problems) > 0 {
					t.Errorf("%v: %d of %d sections decoded, %q", f, r.Watched.Decoded, r.Watched.Declared, r.Problems)
				}
			}
		})
	}
	t.Logf("%d sources, %d sections", len(sources), sections)
}

// The C library registers areas and has no section: nothing in it looks like one.
func TestTheCLibraryHasNoFinding(t *testing.T) {
	out, err := exec.Command(tabletest.NeedTool(t, "gcc"), "-print-file-name=libc.so.6").Output()
	if err != nil {
		t.Fatal(err)
	}
	r := judged(t, strings.TrimSpace(string(out)))
	for n := range r.Findings {
		tell(t, &r.Findings[n])
	}
}

// workerd's tcmalloc keeps its slab's address across cpu_id_start (google/tcmalloc issue 292), and
// each of its 177 sections reads it there. It breaks no other rule: its pushes fill a slot before
// they commit, and three of its sections leave to their end when they fail.
func TestTcmallocBreaksOneRule(t *testing.T) {
	tabletest.OnlyOn(t, "amd64", "this code of workerd's; TestWorkerdForARM64 reads the other")
	r := judged(t, tabletest.NeedWorkerd(t))
	found := map[string]int{}
	places := map[string]bool{}
	for n := range r.Findings {
		found[r.Findings[n].Rule]++
		places[r.Findings[n].Section.Descriptor.String()] = true
	}
	if want := map[string]int{"cpu-id-overlaid": 177}; !maps.Equal(found, want) || len(places) != 177 {
		t.Errorf("%v in %d sections, want %v", found, len(places), want)
	}
	if r.Watched.Declared != 177 || r.Watched.Decoded != 177 {
		t.Errorf("%+v", r.Watched)
	}
}

// Names are what suppression files hold, and each rule is complete.
func TestRulesAreComplete(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	families := []string{}
	for _, r := range rules.All() {
		if seen[r.Name] || !name.MatchString(r.Name) {
			t.Errorf("%q is no name, or the name of another rule", r.Name)
		}
		seen[r.Name] = true
		if r.Severity == 0 || r.Family == "" || r.Title == "" || r.Says == "" || r.Advice == "" || len(r.Sources) == 0 {
			t.Errorf("%s lacks something", r.Name)
		}
		if !strings.HasSuffix(r.Says, ".") || !strings.HasSuffix(r.Advice, ".") || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: a rule and its advice are sentences, its title is not", r.Name)
		}
		harm := false
		for _, c := range r.On {
			harm = harm || c.Effect != 0
			if strings.HasSuffix(c.Text, ".") {
				t.Errorf("%s: %q ends with a full stop", r.Name, c.Text)
			}
		}
		if !harm {
			t.Errorf("%s has no effect on any kernel: it would never be shown", r.Name)
		}
		if len(families) == 0 || families[len(families)-1] != r.Family {
			if slices.Contains(families, r.Family) {
				t.Errorf("%s: its family %q is in two places", r.Name, r.Family)
			}
			families = append(families, r.Family)
		}
	}
}

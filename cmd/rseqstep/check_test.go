package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/check"
	"rseqstep/table/tabletest"
)

// checkedFile runs rseqstep check and returns its exit status and what it wrote.
func checkedFile(args ...string) (status int, stdout, stderr string) {
	var out, errors bytes.Buffer
	status = run(&env{stdout: &out, stderr: &errors}, append([]string{"check"}, args...))
	return status, out.String(), errors.String()
}

func TestCheckExitsWithWhatItFound(t *testing.T) {
	bad := tabletest.Build(t, tabletest.Fixture{Source: "check/notlast.S", Flags: []string{"-DBAD"}})
	warned := tabletest.Build(t, tabletest.Fixture{Source: "check/twice.S", Flags: []string{"-DBAD"}})
	good := tabletest.Build(t, tabletest.Fixture{Source: "check/notlast.S"})
	known := filepath.Join(t.TempDir(), "known")
	if err := os.WriteFile(known, []byte("commit-not-last main\nno-commit # not there\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	unknown := filepath.Join(t.TempDir(), "unknown")
	if err := os.WriteFile(unknown, []byte("no-such-rule\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		status int
		says   string // in the output, or if that is empty in the errors
	}{
		{[]string{good}, check.StatusClean, "No findings."},
		{[]string{bad}, check.StatusFound, "[commit-not-last]"},
		{[]string{"--fail-on=never", bad}, check.StatusClean, "[commit-not-last]"},
		{[]string{"--fail-on=error", bad}, check.StatusFound, "[commit-not-last]"},
		{[]string{"--fail-on=error", warned}, check.StatusClean, "[store-before-commit]"},
		{[]string{warned}, check.StatusFound, "[store-before-commit]"},
		{[]string{"--suppress", known, bad}, check.StatusClean, "unused suppression: line 2: no-commit"},
		{[]string{"--kernel=6.19", bad}, check.StatusFound, "Linux 6.19 to 7.0:"},
		{[]string{"--suppress", unknown, bad}, check.StatusFailed, `there is no rule "no-such-rule"`},
		{[]string{"--suppress", "/no/such/file", bad}, check.StatusFailed, "no such file"},
		{[]string{"--kernel=new", bad}, check.StatusFailed, "is not a kernel's version"},
		{[]string{"--fail-on=bad", bad}, check.StatusFailed, "is not a severity"},
		{[]string{"--json", "--sarif", bad}, check.StatusFailed, "either JSON or SARIF"},
		{[]string{"--max=-3", bad}, check.StatusFailed, "--max"},
		{nil, check.StatusFailed, "check needs one file"},
		{[]string{"/no/such/file"}, check.StatusFailed, "/no/such/file: no such file"},
		{[]string{t.TempDir()}, check.StatusFailed, "not a regular file"},
		{[]string{known}, check.StatusFailed, "not an ELF file"},
	} {
		status, out, errors := checkedFile(c.args...)
		text := out
		if text == "" {
			text = errors
		}
		if status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("check %q: status %d, want %d and %q:\n%s%s", c.args, status, c.status, c.says, out, errors)
		}
	}
}

func TestCheckLimitsThePlacesOfTheTextOnly(t *testing.T) {
	workerd := tabletest.NeedWorkerd(t)
	_, text, _ := checkedFile(workerd)
	if !strings.Contains(text, "10 errors, 167 not shown (--max).") {
		t.Errorf("the text ends: %s", text[max(0, len(text)-300):])
	}
	_, out, _ := checkedFile("--json", workerd)
	var report struct {
		Version  int
		Findings []struct{ Rule string }
		Left     int `json:"left_out"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Version != check.JSONVersion || len(report.Findings) != 177 {
		t.Errorf("%v, version %d, %d findings", err, report.Version, len(report.Findings))
	}
	_, out, _ = checkedFile("--json", "--max=3", workerd)
	report.Findings = nil
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Findings) != 3 || report.Left != 174 {
		t.Errorf("%v, %d findings, %d left out", err, len(report.Findings), report.Left)
	}
}

// Whatever is done to a file, the answer is a sentence or a report that says what was not looked at.
func TestCheckOfFilesThatLackSomething(t *testing.T) {
	for _, f := range []tabletest.Fixture{
		{Source: "seed.c", Strip: tabletest.StripAll}, {Source: "seed.c", Strip: tabletest.StripSections}, {Source: "seed.c", Strip: tabletest.StripToFile},
		{Source: "seed.c", Shape: tabletest.StaticPIE}, {Source: "seed.c", Shape: tabletest.Static, Strip: tabletest.StripAll}, {Source: "seed.c", Shape: tabletest.Object},
	} {
		path := tabletest.Build(t, f)
		status, out, errors := checkedFile(path)
		want := "1 section declared, 1 decoded"
		switch {
		case f.Strip == tabletest.StripSections:
			want = "has no section headers"
		case f.Shape == tabletest.Object:
			want = "object file's branches are not relocated"
		}
		if status != check.StatusClean || !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("%v: status %d, want %q in:\n%s%s", f, status, want, out, errors)
		}
	}
	whole, err := os.ReadFile(tabletest.Build(t, tabletest.Fixture{Source: "seed.c"}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut")
	for n := 0; n < len(whole); n += 997 {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if status, out, errors := checkedFile(path); status != check.StatusClean && status != check.StatusFailed || out+errors == "" || strings.Contains(errors, "internal error") {
			t.Fatalf("the first %d of %d bytes: status %d\n%s%s", n, len(whole), status, out, errors)
		}
	}
}

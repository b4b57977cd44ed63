package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestLogKindsGoWhereTheyAreAskedTo(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	var requests []logRequest
	for _, text := range []string{"opv", "stops,commands=" + a, "opv=" + a, "all=" + b} {
		if err := (logValue{&requests}).Set(text); err != nil {
			t.Fatal(err)
		}
	}
	var stderr bytes.Buffer
	l, err := openLogs(requests, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(l.Opv, "v")
	fmt.Fprint(l.Stops, "s")
	fmt.Fprint(l.commands, "c")
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{a: "vsc", b: "vsc"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if stderr.String() != "v" {
		t.Errorf("standard error: %q", stderr.String())
	}
}

func TestLogRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, text := range []string{"", "file.log", "opv=", "opv,", "stops,nosuch=f"} {
		var requests []logRequest
		if err := (logValue{&requests}).Set(text); err == nil {
			t.Errorf("%q: %+v", text, requests)
		}
	}
	if _, err := openLogs([]logRequest{{kinds: []string{"opv"}, path: filepath.Join(t.TempDir(), "no", "such")}}, nil); err == nil {
		t.Error("a file in a folder that is not there was opened")
	}
}

package rules_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/check/rules"
	"rseqstep/table/tabletest"
)

// FuzzFile checks files with bytes changed: whatever a file claims, checking it ends, and the
// report can be written. The seeds are small: two programs of testdata/check without their
// debugging information, and a prefix of one.
func FuzzFile(f *testing.F) {
	for _, source := range []string{"check/twice.S", "check/intodata.S"} {
		b, err := os.ReadFile(tabletest.Build(f, tabletest.Fixture{Source: source, Flags: []string{"-DBAD"}, Shape: tabletest.NoPIE, Strip: tabletest.StripDebug}))
		if err != nil {
			f.Fatal(err)
		}
		for _, at := range []uint32{0, 18, 40, 64, uint32(len(b) / 2), uint32(len(b) - 64*20)} {
			f.Add(b, at, []byte{0xff, 0xff})
		}
		f.Add(b[:len(b)/2], uint32(0), []byte(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint32, change []byte) {
		b = bytes.Clone(b)
		if int(at) < len(b) {
			copy(b[at:], change)
		}
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := code.Open(path)
		if (file == nil) != (err != nil) {
			t.Fatalf("%v, %v", file, err)
		}
		if err != nil {
			return
		}
		defer file.Close()
		r := check.NewReport("", path, rules.All())
		rules.File(r, file)
		r.Apply(check.Options{})
		for _, write := range []func() error{
			func() error { return r.WriteText(&bytes.Buffer{}, check.Paint{}) },
			func() error { return r.WriteJSON(&bytes.Buffer{}) },
			func() error { return r.WriteSARIF(&bytes.Buffer{}) },
		} {
			if err := write(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

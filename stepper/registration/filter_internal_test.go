package registration

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSeccompFieldsOfAStatusFile(t *testing.T) {
	for text, want := range map[string][2]int{
		"Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t3\n": {2, 3},
		"Seccomp:\t2\n":                 {2, 0}, // Linux 5.8
		"Seccomp:\t0\n":                 {0, 0},
		"Name:\tx\nCapEff:\t000001ff\n": {0, 0}, // a kernel without seccomp
	} {
		path := filepath.Join(t.TempDir(), "status")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if mode, filters := seccompOf(path); [2]int{mode, filters} != want {
			t.Errorf("%q: mode %d, %d filters", text, mode, filters)
		}
	}
	if mode, filters := seccompOf(filepath.Join(t.TempDir(), "none")); mode != 0 || filters != 0 {
		t.Errorf("no file: mode %d, %d filters", mode, filters)
	}
}

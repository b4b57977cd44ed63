//go:build !linux || (!amd64 && !arm64)

package ptrace

import (
	"errors"
	"testing"
)

func TestNothingIsTraced(t *testing.T) {
	for name, try := range map[string]func() error{
		"Launch":          func() error { _, err := Launch(LaunchOptions{Path: "/bin/true"}); return err },
		"Attach":          func() error { _, err := Attach(1); return err },
		"Adopt":           func() error { _, err := Adopt(1, false); return err },
		"FindRunningTrap": func() error { _, err := FindRunningTrap(335); return err },
	} {
		if err := try(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

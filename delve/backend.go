package delve

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backend returns the path of an executable that a stock dlv can use as
// DELVE_DEBUGSERVER_PATH: a link to this binary, in the user's cache directory. A
// directory beside it contains a link named lldb-server, for a dlv that looks for that
// name on PATH.
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

// link makes path a symbolic link to target. Several processes may do so at the same
// time.
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

package gdbscripts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	entryName   = "rseqstep.py"
	packageName = "rseqstep_gdb"
	writerName  = "written_by.py" // child.py looks for a server there
)

// ErrForeign means that the directory contains a script that Install did not write.
var ErrForeign = errors.New("not written by rseqstep gdb-script; name another folder")

// Path returns where Install puts the entry in a directory.
func Path(dir string) string { return filepath.Join(dir, entryName) }

// Check returns where Install puts a file of gdb commands that ends a gdb in which the
// entry could not be loaded, with a message.
func Check(dir string) string { return filepath.Join(dir, packageName, "check.gdb") }

// Install writes the script into a directory, which it creates if necessary, and
// returns the path of its entry. The package's name there is a symbolic link to a
// directory named by version and contents; Install swaps the link once that directory
// is complete, and changes nothing if it exists already. It returns ErrForeign,
// wrapped, if the name belongs to something else, such as a checkout of the source.
func Install(dir, version string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	link := filepath.Join(dir, packageName)
	if st, err := os.Lstat(link); err == nil && st.Mode().Type() != fs.ModeSymlink {
		return "", fmt.Errorf("%s: %w", link, ErrForeign)
	}
	stamped, err := stamp(version)
	if err != nil {
		return "", err
	}
	if err := writePackage(dir, stamped); err != nil {
		return "", err
	}
	if err := swapLink(link, stamped); err != nil {
		return "", err
	}
	entry, err := files.ReadFile(entryName)
	if err != nil {
		return "", err
	}
	if err := replaceFile(Path(dir), entry); err != nil {
		return "", err
	}
	return Path(dir), removeOld(dir, stamped)
}

// stamp returns the directory name of this version. Two builds of one version that
// differ in a byte, or are in two places, have different names.
func stamp(version string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, writer())
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
		return err
	})
	return packageName + "-" + filepath.Base(version) + "-" + hex.EncodeToString(sum.Sum(nil)[:6]), err
}

// writer returns the path of this program, "" if the system does not report it.
func writer() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}

// writePackage writes the modules into a temporary directory and renames it when it is
// complete.
func writePackage(dir, name string) (err error) {
	final := filepath.Join(dir, name)
	if _, err := os.Stat(final); err == nil {
		return nil
	}
	temp, err := os.MkdirTemp(dir, "."+packageName+"-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }() // removes nothing once the directory is renamed
	modules, err := fs.Sub(files, packageName)
	if err != nil {
		return err
	}
	if err := os.CopyFS(temp, modules); err != nil {
		return err
	}
	writer := "# Which program wrote this folder.\nBINARY = " + strconv.Quote(writer()) + "\n"
	if err := os.WriteFile(filepath.Join(temp, writerName), []byte(writer), 0o644); err != nil {
		return err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := os.Rename(temp, final); err != nil && !errors.Is(err, fs.ErrExist) {
		return err // ErrExist: another rseqstep was faster, with the same contents
	}
	return nil
}

// swapLink makes a symbolic link point to target, in one step.
func swapLink(link, target string) error {
	if have, err := os.Readlink(link); err == nil && have == target {
		return nil
	}
	temp := fmt.Sprintf("%s.%x", link, rand.Uint64()) // several processes may install at once
	if err := os.Symlink(target, temp); err != nil {
		return err
	}
	return errors.Join(os.Rename(temp, link), removeLeft(temp))
}

// replaceFile writes a file in one step.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return errors.Join(err, removeLeft(f.Name()))
}

func removeLeft(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// grace is how long another version's directory is kept: a gdb may be reading it.
const grace = time.Hour

// removeOld removes other versions' directories, and unfinished ones.
func removeOld(dir, keep string) error {
	list, err := os.ReadDir(dir)
	for _, e := range list {
		if !e.IsDir() || e.Name() == keep || !strings.HasPrefix(strings.TrimPrefix(e.Name(), "."), packageName+"-") {
			continue
		}
		if st, serr := e.Info(); serr == nil && time.Since(st.ModTime()) > grace {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

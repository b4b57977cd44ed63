package gdbscripts

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// A new folder of modules needs a pattern of its own in embed.go.
func TestEveryModuleIsEmbedded(t *testing.T) {
	err := filepath.WalkDir("rseqstep_gdb", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".py") {
			_, err = fs.Stat(Files(), filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// gdb 12 is built with whatever Python its system has; 3.9 is the oldest in use.
func TestModulesAreOldEnoughPython(t *testing.T) {
	const check = "import ast, sys\nfor p in sys.argv[1:]: ast.parse(open(p).read(), p, feature_version=(3, 9))"
	args := []string{"-c", check, entryName}
	err := fs.WalkDir(Files(), packageName, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".py") {
			args = append(args, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tabletest.NeedTool(t, "python3"), args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestReadingTheScriptAgainChangesNothing(t *testing.T) {
	out := gdb(t, "source rseqstep.py\npython import rseqstep\nhelp rseq threads\nhelp rseq sections\n")
	wantInOrder(t, out, "Usage: rseq threads", "Usage: rseq sections [REGEX]")
}

func TestTooOldGDBIsToldSo(t *testing.T) {
	old := filepath.Join(t.TempDir(), "old.py")
	if err := os.WriteFile(old, []byte("import gdb\ngdb.VERSION = 'Fedora Linux 11.2-3.fc36'\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-x", old, "-x", entryName).CombinedOutput()
	if err != nil || string(out) != "rseqstep needs gdb 12 or later; this is gdb Fedora Linux 11.2-3.fc36.\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// Every prefix of a program's file, in uneven steps, and the file with each of
// its first bytes changed: read, or refused by name.
func TestMalformedFilesAreRefusedByName(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Linker: tabletest.LLD, Strip: tabletest.StripDebug})
	script := `
import os
from rseqstep_gdb import declared, elf, reloc
whole, read, refused = open(os.environ["PROGRAM"], "rb").read(), 0, 0
path = os.environ["SCRATCH"]
def attempt(data):
    global read, refused
    with open(path, "wb") as out:
        out.write(data)
    try:
        with elf.File(path) as f:
            declared.entries(reloc.blocks(f, declared.NAMES), f.order, lambda a: reloc.at(f, a, 32))
            f.find_symbol("__rseq_abi", elf.STT_TLS)
        read += 1
    except elf.FormatError:
        refused += 1
attempt(whole)
assert read == 1
for n in range(0, len(whole), 97):
    attempt(whole[:n])
headers = int.from_bytes(whole[40:48], "little")
for n in list(range(64 + 56 * 12)) + list(range(headers, len(whole), 3)):
    attempt(whole[:n] + bytes([whole[n] ^ 0xff]) + whole[n + 1:])
print("read %d, refused %d" % (read, refused))
`
	out := gdbScript(t, "malformed.py", script, []string{"PROGRAM=" + program, "SCRATCH=" + filepath.Join(t.TempDir(), "f")})
	if !strings.Contains(out, ", refused ") || strings.Contains(out, "refused 0") {
		t.Errorf("%s", out)
	}
	t.Log(strings.TrimSpace(out))
}

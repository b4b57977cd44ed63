package opv_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// slot is how many bytes of code each case gets.
const slot = 128

// expand writes a case once for each operand size.
func expand(c oracleCase) []oracleCase {
	widths := "bwlq"
	if strings.Contains(c.text, "{v}") {
		widths = "wlq"
	} else if !strings.Contains(c.text, "{w}") {
		return []oracleCase{c}
	}
	var all []oracleCase
	for _, w := range widths {
		a := map[rune]string{'b': "%al", 'w': "%ax", 'l': "%eax", 'q': "%rax"}[w]
		d := map[rune]string{'b': "%dl", 'w': "%dx", 'l': "%edx", 'q': "%rdx"}[w]
		e := c
		e.text = strings.NewReplacer("{w}", string(w), "{v}", string(w), "{a}", a, "{d}", d).Replace(c.text)
		all = append(all, e)
	}
	return all
}

// assemble converts each case to its bytes.
func assemble(t *testing.T, cases []oracleCase) [][]byte {
	t.Helper()
	as, objcopy := tabletest.NeedTool(t, "as"), tabletest.NeedTool(t, "objcopy")
	dir := t.TempDir()
	var source strings.Builder
	for n, c := range cases {
		fmt.Fprintf(&source, "8: %s\n9: .balign %d, 0x90\n", c.text, slot)
		fmt.Fprintf(&source, ".pushsection .sizes, \"a\"\n.byte 9b-8b # %d\n.popsection\n", n)
	}
	in, object := filepath.Join(dir, "in.s"), filepath.Join(dir, "in.o")
	if err := os.WriteFile(in, []byte(source.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(as, "-o", object, in).CombinedOutput(); err != nil {
		t.Fatalf("as: %v\n%s", err, out)
	}
	section := func(name string) []byte {
		file := filepath.Join(dir, "out"+name)
		if out, err := exec.Command(objcopy, "-O", "binary", "-j", name, object, file).CombinedOutput(); err != nil {
			t.Fatalf("objcopy: %v\n%s", err, out)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	text, sizes := section(".text"), section(".sizes")
	var all [][]byte
	for n := range cases {
		all = append(all, text[n*slot:n*slot+int(sizes[n])])
	}
	return all
}

package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// goFiles returns the blocks of a page that are whole Go files.
func goFiles(page string) (files []string) {
	for n, block := range strings.Split(page, "\n```") {
		if code, ok := strings.CutPrefix(block, "go\n"); ok && n%2 == 1 && strings.HasPrefix(code, "package ") {
			files = append(files, code+"\n")
		}
	}
	return files
}

// A Go file that a page shows compiles, passes go vet, and is formatted.
func TestTheGoFilesOfThePagesCompile(t *testing.T) {
	tabletest.NeedTool(t, "go")
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(err, pages)
	}
	found := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range goFiles(string(text)) {
			found++
			dir := t.TempDir()
			for name, text := range map[string]string{"go.mod": "module page\n", "page_test.go": code} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, command := range [][]string{{"go", "vet", "."}, {"gofmt", "-l", "."}} {
				cmd := exec.Command(command[0], command[1:]...)
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
					t.Errorf("%s: %v: %v\n%s", filepath.Base(page), command, err, out)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no page shows a Go file")
	}
}

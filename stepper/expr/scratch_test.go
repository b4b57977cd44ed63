package expr_test

import (
	"os"
	"path/filepath"
	"testing"
)

func TestScratch(t *testing.T) {
	src, _ := os.ReadFile(os.Getenv("SRC"))
	cmds, _ := os.ReadFile(os.Getenv("CMDS"))
	flags := lines(os.Getenv("FLAGS"))
	exe := build(t, filepath.Base(os.Getenv("SRC")), string(src), flags...)
	list := lines(string(cmds))
	uniq := list
	p := oracle(t, exe, os.Getenv("AT"), uniq)
	p.check(t, uniq)
}

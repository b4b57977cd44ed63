package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/check"
	"rseqstep/table/tabletest"
)

// readers are command lines that read a file in every possible way without starting it.
// FILE stands for its path.
func readers() [][]string {
	return [][]string{
		{"table", "--check", "--lines", "FILE"},
		{"table", "--json", "FILE"},
		{"opv", "FILE"},
		{"check", "--fail-on=never", "--html", os.DevNull, "FILE"},
		{"--batch", "-e", "info rseq ops", "-e", "info line main", "-e", "list main", "-e", "disassemble main", "-e", "ptype main", "-e", "info functions rseq", "FILE"},
	}
}

// survives runs the readers on a file, within this process: an internal error is status
// 70, and a crash ends the test. A file may be read or refused.
func survives(t *testing.T, what, path string) {
	t.Helper()
	for _, args := range readers() {
		for i := range args {
			if args[i] == "FILE" {
				args[i] = path
			}
		}
		var out bytes.Buffer
		status := run(&env{stdin: strings.NewReader(""), stdout: &out, stderr: &out}, args)
		refused := args[0] == "check" && status == check.StatusFailed
		if status != 0 && status != 1 && !refused || strings.Contains(out.String(), "goroutine ") {
			t.Errorf("%s: %s: status %d\n%s", what, strings.Join(args, " "), status, out.String())
		}
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestTruncatedFilesAreReadOrRefused(t *testing.T) {
	whole, err := os.ReadFile(tabletest.Build(t, tabletest.Fixture{Source: "seed.c"}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "prog")
	sizes := []int{0, 1, 3, 4, 15, 16, 63, 64, 65, 119, 120, len(whole) - 1}
	for n := 1; n < 40; n++ {
		sizes = append(sizes, len(whole)*n/40)
	}
	for _, size := range sizes {
		write(t, path, whole[:size])
		survives(t, fmt.Sprintf("%d bytes of %d", size, len(whole)), path)
	}
}

// TestHostileHeadersAreReadOrRefused changes the ELF header byte by byte, and
// the program and section headers here and there.
func TestHostileHeadersAreReadOrRefused(t *testing.T) {
	whole, err := os.ReadFile(tabletest.Build(t, tabletest.Fixture{Source: "seed.c"}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "prog")
	change := func(at int, to byte) {
		b := bytes.Clone(whole)
		b[at] = to
		write(t, path, b)
		survives(t, fmt.Sprintf("byte %#x is %#x", at, to), path)
	}
	for at := 4; at < 64; at++ {
		for _, to := range []byte{0, 0x7f, 0xff} {
			change(at, to)
		}
	}
	for at := 64; at < 64+13*56; at += 5 { // e_phoff; 13 headers of 56 bytes
		change(at, 0xff)
	}
	for at := int(binary.LittleEndian.Uint64(whole[40:])); at < len(whole); at += 11 { // e_shoff
		change(at, 0xff)
	}
}

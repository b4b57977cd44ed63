package amd64

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// listing is one instruction as objdump shows it.
type listing struct {
	addr table.Addr
	code []byte
	text string
}

// objdump disassembles a file and calls f for each instruction, except those
// that objdump itself treats as data.
func objdump(t *testing.T, f func(listing), args ...string) {
	t.Helper()
	cmd := exec.Command(tabletest.NeedTool(t, "objdump"), append([]string{"-d", "-w", "-z", "--insn-width=16"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		parts := strings.SplitN(in.Text(), "\t", 3)
		if len(parts) < 3 {
			continue
		}
		addr, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(parts[0]), ":"), 16, 64)
		if err != nil {
			continue
		}
		code, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(parts[1]), " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if data := strings.Contains(parts[2], "(bad)") || strings.HasPrefix(parts[2], ".byte") || barePrefix(parts[2]); !data {
			f(listing{table.Addr(addr), code, parts[2]})
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// barePrefix reports that objdump found data just before a symbol, the first
// bytes of which look like a prefix, and stopped there.
func barePrefix(text string) bool {
	words := strings.Fields(text)
	return len(words) == 1 && (strings.HasPrefix(words[0], "rex") || words[0] == "data16" || words[0] == "addr32" || words[0] == "cs" || words[0] == "fs" || words[0] == "gs")
}

// realCode is objdump's arguments for code from several compilers: the C
// library and its loader, this test (Go), and a slice of workerd (clang, C++
// and Rust).
func realCode(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command(tabletest.NeedTool(t, "gcc"), "-print-file-name=libc.so.6").Output()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	libc := strings.TrimSpace(string(out))
	loader, err := filepath.Glob(filepath.Join(filepath.Dir(libc), "ld-linux-x86-64.so.*"))
	if err != nil || len(loader) == 0 {
		t.Fatalf("no loader beside %s (%v)", libc, err)
	}
	return map[string][]string{"libc": {libc}, "loader": {loader[0]}, "Go": {self}}
}

func TestLengthsAgreeWithObjdumpOnRealCode(t *testing.T) {
	files := realCode(t)
	for _, name := range tabletest.SomeKeys(t, 1, files) {
		t.Run(name, func(t *testing.T) { compareLengths(t, 10_000, files[name]...) })
	}
	t.Run("workerd", func(t *testing.T) {
		// Of the middle of .text, 2 MB at most: the whole takes half a minute.
		kB := tabletest.Rounds(t, 256, 2048)
		compareLengths(t, 50*kB, "--start-address=0x5000000", fmt.Sprintf("--stop-address=%#x", 0x5000000+kB<<10), tabletest.NeedWorkerd(t))
	})
}

func compareLengths(t *testing.T, least int, args ...string) {
	t.Helper()
	seen, differ := 0, 0
	objdump(t, func(l listing) {
		seen++
		i, err := Arch().Decode(l.addr, l.code)
		if err == nil && int(i.Len) == len(l.code) {
			return
		}
		if differ++; differ <= 10 {
			t.Errorf("%v: % x is %q; decoded with length %d (%v)", l.addr, l.code, l.text, i.Len, err)
		}
	}, args...)
	if seen < least {
		t.Errorf("objdump showed only %d instructions", seen)
	}
	t.Logf("%d instructions, %d differ", seen, differ)
}

// The processor itself decides which forms of instructions write memory, where
// and how much: see testdata/storeoracle.c.
func TestStoresAreThoseTheProcessorMakes(t *testing.T) {
	forms, stores, differ := 0, 0, 0
	for line := range strings.Lines(runC(t, "storeoracle.c")) {
		var text string
		var size, offset int
		if _, err := fmt.Sscan(line, &text, &size, &offset); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		code := code(t, text)
		forms++
		if size > 0 {
			stores++
		}
		const base = 0x100000
		i, err := Arch().Decode(0x1000, code)
		addr, got, _ := i.StoreAddress(regs(machine.Words{RDI: base, RSI: base, RAX: 7}))
		if err == nil && int(i.Len) == len(code) && got == size && (size == 0 || addr == base+table.Addr(offset)) {
			continue
		}
		if differ++; differ <= 20 {
			t.Errorf("% x writes %d bytes at offset %d; decoded (%v): %d bytes long, writes %d at %v", code, size, offset, err, i.Len, got, addr-base)
		}
	}
	if forms < 20_000 || stores < 2_000 {
		t.Errorf("the processor ran only %d forms, of which %d store", forms, stores)
	}
	t.Logf("%d forms, %d of them store, %d differ", forms, stores, differ)
}

// Mnemonics may differ; operands must be the same.
func TestFormatAgreesWithObjdumpOnOperands(t *testing.T) {
	clean := strings.NewReplacer("%st(0)", "%st", " {", "{", "\t", " ", "%es:(%rdi)", "(%rdi)", "%ds:(%rsi)", "(%rsi)")
	zero := regexp.MustCompile(`\b0x0\(`)
	immediate := regexp.MustCompile(`\$-?0x[0-9a-f]+`)
	trailer := regexp.MustCompile(`\s*(#.*|<.*)$`)
	// Newer binutils print the 1 of a shift's short form (d0, d1), and omit the default
	// segment of a string instruction.
	byOne := regexp.MustCompile(`^((?:ro|rc|sh|sa)[lr]\w?\s+)\$1,`)
	operands := func(text string) string {
		text = clean.Replace(trailer.ReplaceAllString(text, ""))
		text = byOne.ReplaceAllString(text, "$1")
		text = immediate.ReplaceAllString(zero.ReplaceAllString(text, "("), "$$I")
		words := strings.Fields(text)
		last := strings.TrimPrefix(words[len(words)-1], "*")
		if !strings.ContainsAny(last, "%$(,") && len(words) > 1 {
			last = strings.TrimPrefix(last, "0x")
		}
		if len(words) == 1 {
			return ""
		}
		return last
	}
	seen, differ := 0, 0
	objdump(t, func(l listing) {
		i, err := Arch().Decode(l.addr, l.code)
		if err != nil {
			return // TestLengthsAgree… reports it
		}
		seen++
		got, want := operands(Arch().Format(&i, nil)), operands(l.text)
		same := got == want || strings.Contains(l.text, "xchg   %ax,%ax") || strings.HasPrefix(l.text, "vpcmp") || strings.HasPrefix(l.text, "vpclmul")
		if !same {
			if differ++; differ <= 10 {
				t.Errorf("% x: %q, not %q", l.code, Arch().Format(&i, nil), l.text)
			}
		}
	}, realCode(t)["loader"]...)
	if seen < 10_000 {
		t.Errorf("objdump showed only %d instructions", seen)
	}
}

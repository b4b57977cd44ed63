package arm64

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// listing is one instruction as objdump shows it.
type listing struct {
	addr     table.Addr
	word     word
	mnemonic string
	operands string // without comments and symbols
}

func (l *listing) String() string {
	return fmt.Sprintf("%v: %08x is %q", l.addr, uint32(l.word), l.mnemonic+" "+l.operands)
}

// chkfeat is newer than many an objdump.
const chkfeat word = 0xd503251f

// undefined reports whether objdump shows an encoding that is not an instruction: a load or store
// of 64 bytes to an odd register, or to more than there are.
func (l *listing) undefined() bool {
	return strings.Contains(l.mnemonic, "64b") && (l.word.rd() > 22 || l.word.bit(0) == 1)
}

// objdump disassembles a file and calls f for each instruction that it knows.
func objdump(t *testing.T, f func(*listing), args ...string) (words int) {
	t.Helper()
	cmd := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-objdump"), append([]string{"-d", "-z"}, args...)...)
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
		parts := strings.SplitN(in.Text(), "\t", 4)
		if len(parts) < 3 || len(strings.TrimSpace(parts[1])) != 8 {
			continue
		}
		addr, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(parts[0]), ":"), 16, 64)
		w, err2 := strconv.ParseUint(strings.TrimSpace(parts[1]), 16, 32)
		if err != nil || err2 != nil {
			continue
		}
		words++
		l := listing{addr: table.Addr(addr), word: word(w)}
		if l.mnemonic = strings.TrimSpace(parts[2]); len(parts) > 3 {
			l.operands, _, _ = strings.Cut(parts[3], "//")
			l.operands, _, _ = strings.Cut(l.operands, "<")
			l.operands = strings.TrimSpace(l.operands)
		}
		if l.mnemonic[0] != '.' && !strings.Contains(in.Text(), "undefined") && !l.undefined() {
			f(&l)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return words
}

// realCode is objdump's arguments for code of several compilers: a C library, and some of workerd
// (clang, C++ and Rust), more of it the more thorough the tests are. The whole takes minutes:
// RSEQSTEP_WHOLE=1.
func realCode(t *testing.T) map[string][]string {
	t.Helper()
	tabletest.NeedTool(t, "aarch64-linux-gnu-objdump")
	libc, err := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-print-file-name=libc.so.6").Output()
	if err != nil {
		t.Fatal(err)
	}
	kB := tabletest.Rounds(t, 128, 2048)
	workerd := []string{"--start-address=0x5000000", fmt.Sprintf("--stop-address=%#x", 0x5000000+kB<<10), tabletest.NeedWorkerdARM64(t)}
	if os.Getenv("RSEQSTEP_WHOLE") != "" {
		workerd = workerd[2:]
	}
	return map[string][]string{"libc": {strings.TrimSpace(string(libc))}, "workerd": workerd}
}

// generated is a file of random words: those of every group of the encoding have their turn.
func generated(t *testing.T) []string {
	r := rand.New(rand.NewPCG(3, 2))
	var code []byte
	for range tabletest.Rounds(t, 100_000, 400_000) {
		g := classes[r.IntN(len(classes))]
		code = binary.LittleEndian.AppendUint32(code, r.Uint32()&^g.mask|g.value)
	}
	path := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(path, code, 0o666); err != nil {
		t.Fatal(err)
	}
	return []string{"-D", "-b", "binary", "-m", "aarch64", path}
}

// classes are groups of encodings: the bits that they have in common, and their values.
var classes = []struct{ mask, value uint32 }{
	{0, 0},
	{0x1c000000, 0x10000000}, // data processing, immediate
	{0x1c000000, 0x14000000}, // branches, exceptions, system
	{0xfe1f0000, 0xd61f0000}, // branches to registers
	{0xfe1ff000, 0xd61f0000},
	{0xff000000, 0xd4000000}, // exceptions
	{0xff000000, 0xd5000000}, // system
	{0xfffff01f, 0xd503201f}, // hints
	{0xff000000, 0x54000000}, // b.cond, bc.cond
	{0x0a000000, 0x08000000}, // loads and stores
	{0x3f000000, 0x08000000}, // exclusives
	{0x3fa07c00, 0x08a07c00}, // casp, cas
	{0x3e000000, 0x0c000000}, // structures
	{0xbfff0000, 0x0c000000},
	{0x3f200c00, 0x19000400}, // memory copy and set
	{0x3f200c00, 0x1d000400},
	{0xff000000, 0xd9000000}, // tags
	{0x3f200c00, 0x38200000}, // atomics
	{0x3e000000, 0x38000000}, // loads and stores of one register
	{0x3a000000, 0x28000000}, // of two
	{0x0e000000, 0x0a000000}, // data processing, register
	{0x0e000000, 0x0e000000}, // floating point, vectors
	{0x7f000000, 0x1e000000}, // conversions
	{0x7f20fc00, 0x1e200000},
	{0x1e000000, 0x04000000}, // SVE
	{0xfe000000, 0xe4000000}, // its stores
}

// compare decodes each word that objdump knows, and reports where wrong says that the two differ.
func compare(t *testing.T, wrong func(l *listing, i *machine.Insn) string, args ...string) {
	t.Helper()
	seen, differ := 0, 0
	words := objdump(t, func(l *listing) {
		seen++
		i, err := Arch().Decode(l.addr, bytesOf(l.word))
		text := fmt.Sprint(err)
		if err == nil {
			text = wrong(l, &i)
		}
		if text == "" {
			return
		}
		if differ++; differ <= 20 {
			t.Errorf("%v: %s", l, text)
		}
	}, args...)
	if seen < 10_000 {
		t.Errorf("objdump showed only %d instructions", seen)
	}
	t.Logf("%d words, objdump knows %d, %d differ", words, seen, differ)
}

func TestDecodingAgreesWithObjdump(t *testing.T) {
	files := realCode(t)
	files["generated"] = generated(t)
	for name, args := range files {
		t.Run(name, func(t *testing.T) {
			compare(t, func(l *listing, i *machine.Insn) string {
				return firstOf(l.kind(i), l.memory(i), l.registers(i))
			}, args...)
		})
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

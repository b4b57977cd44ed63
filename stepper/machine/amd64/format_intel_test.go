package amd64

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// intelCode are instructions with operands of every form.
const intelCode = `
	mov %rax,%fs:0x8
	mov -0xe8(%rbp),%rax
	mov 0x0,%eax
	mov 0x10(%rip),%eax
	lea 0x1000(%rip),%rax
	movb $1,(%rdi,%rsi,4)
	movq $-1,-8(%rsp)
	addl $0x10,%gs:(%r8)
	mov 0x40(,%r9,8),%r10
	xchg %eax,%ebx
	lock cmpxchg %rcx,(%rdx)
	call 1f
	jne 1f
1:	jmp *%rax
	call *0x20(%rax)
	endbr64
	syscall
	pushq 0x8(%rax)
	movzbl (%rcx),%eax
	shl $3,%rdx
	mov %rax,-0x80(%edx)
`

// TestIntelSyntaxMeansWhatObjdumpSays compares with objdump -M intel, without blanks and the
// sizes of operands, which the two write differently.
func TestIntelSyntaxMeansWhatObjdumpSays(t *testing.T) {
	dir := t.TempDir()
	source, object := filepath.Join(dir, "code.s"), filepath.Join(dir, "code.o")
	if err := os.WriteFile(source, []byte(intelCode), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tabletest.NeedTool(t, "as"), "--64", "-o", object, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(tabletest.NeedTool(t, "objdump"), "-dw", "-M", "intel", object).Output()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, line := range strings.Split(string(out), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			continue
		}
		var at uint64
		if _, err := fmt.Sscanf(strings.TrimSpace(f[0]), "%x:", &at); err != nil {
			continue
		}
		i := decode(t, table.Addr(at), strings.TrimSpace(f[1]))
		got := Arch().FormatIntel(&i, nil)
		if bare(got) != bare(f[2]) {
			t.Errorf("%s: %q, not %q", f[1], got, f[2])
		}
		compared++
	}
	if compared < 20 {
		t.Errorf("only %d instructions compared:\n%s", compared, out)
	}
}

// bare removes what two printers of the same syntax may write differently.
func bare(text string) string {
	text, _, _ = strings.Cut(text, "#")
	text, _, _ = strings.Cut(text, "<")
	text = regexp.MustCompile(`\b(byte|word|dword|qword) ptr\b`).ReplaceAllString(strings.ToLower(text), "")
	text = strings.NewReplacer("ds:[0x0]", "[0x0]", "ds:0x0", "[0x0]", "fs:0x8", "fs:[0x8]", "*1", "", "0xffffffffffffffff", "-0x1").Replace(text)
	if m := regexp.MustCompile(`^(\s*\w+\s+)(0x)?([0-9a-f]+)\s*$`).FindStringSubmatch(text); m != nil {
		text = m[1] + m[3] // the destination of a branch
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(text, " ", "")), "")
}

package opv_test

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// scratchOffsets writes a vector with its constants as S+offset.
func scratchOffsets(v opv.Vector) string {
	text := v.String()
	for off := 200; off >= 0; off-- {
		text = strings.ReplaceAll(text, (opv.Scratch + table.Addr(off)).String(), fmt.Sprintf("S+%d", off))
	}
	return text
}

func TestDescribePutsSectionsIntoWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"cmp %edx, %fs:4(%rax); jne 8b+0x100000; add %rdi, (%rsi)", "compare cpu_id == edx else abort; [rsi] += rdi"},
		{"cmp %rcx, %fs:4(%rax); jne 8b+0x100000; inc %rdi", "compare [fs:rax+4] == rcx else abort"},
		{"cmp %edx, %fs:24(%rax); jne 8b+0x100000; subw $2, (%rsi)", "compare mm_cid == edx else abort; u16[rsi] -= 2"},
		{"mov (%rbx), %r8; test %r8, %r8; jz 8b+0x1234; mov %r8, (%rdi); mov (%r8), %r8; mov %r8, (%rbx)", "compare [rbx] != 0 else exit 0x401234; [rdi] = [rbx]; [rbx] = [[rbx]]"},
		{"mov (%rdi), %rcx; movq $0, (%rdi); mov %rcx, (%rsi)", "[rdi] = 0; [rsi] = old[rdi]"},
		{"cmp %rax, (%rdi); jae 8b+0x1234; lea -1(%rax), %rax; mov %eax, 8(%rdi,%rax,4)", "compare [rdi] <u rax else exit 0x401234; u32[rdi+rax*4+4] = rax-1"},
		{"btr $63, %rdx; jae 8b+0x1234; movzwl (%rdx,%rcx,4), %r8d; mov %r9, (%rdx,%r8,8)", "compare bit 63 of rdx is set else exit 0x401234; let a = u16[(rdx&~(1<<63))+rcx*4]; [(rdx&~(1<<63))+a*8] = r9"},
		{"1: mov (%rsi,%rcx), %al; mov %al, (%rdi,%rcx); inc %rcx; cmp %rdx, %rcx; jb 1b; mov %rbx, (%r8)", "L1: u8[rdi+rcx@L1] = u8[rsi+rcx@L1]; if rcx@L1+1 <u rdx goto L1; [r8] = rbx"},
		{"movdqu (%rsi), %xmm1; movups %xmm1, (%rdi); xorps %xmm2, %xmm2; movq %xmm2, 16(%rdi)", "u128[rdi] = u128[rsi]; [rdi+16] = 0"},
		{"test $1, %al; jne 8b+0x100000; mov $5, %ecx; mov %ecx, 0x10(%rip)", "compare al&1 == 0 else abort; u32[0x400023] = 5"},
		{"jmp 8b+0x1234", "goto exit 0x401234"},
		{"fld1", "fld1"},
	} {
		code := assemble(t, []oracleCase{{text: c.text}})[0]
		const at = table.Addr(0x400000)
		body, err := machine.DecodeBody(amd64.Arch(), &table.Placed{Start: at, End: at + table.Addr(len(code)), Abort: 0x500000}, code)
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		arming, err := amd64.Arch().Decode(at-9, []byte("\x64\x48\x89\x48\x08")) // mov %rcx, %fs:8(%rax)
		if err != nil {
			t.Fatal(err)
		}
		if got := (opv.Describer{Arch: amd64.Arch(), Arming: &arming}).Line(&body); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

// TestDescribeHasWordsForEverySection: no instruction of a real section is
// left as a disassembled line.
func TestDescribeHasWordsForEverySection(t *testing.T) {
	for _, s := range samples(t) {
		lines := opv.Describer{Arch: s.arch, Arming: s.arming}.Lines(&s.body)
		for _, line := range lines {
			words := strings.Fields(line)
			ok := words[0] == "compare" || words[0] == "if" || words[0] == "let" || words[0] == "goto" || strings.HasSuffix(line, ":")
			if ok || len(words) > 2 && strings.HasSuffix(words[1], "=") {
				continue
			}
			t.Errorf("%s: %s", s.name, line)
		}
	}
}

func TestDescribeNamesTheAreaInEveryFixture(t *testing.T) {
	tabletest.NeedTool(t, "gcc")
	for _, s := range fixtureSamples(t) {
		if line := (opv.Describer{Arch: s.arch, Arming: s.arming}).Line(&s.body); !strings.HasPrefix(line, "compare cpu_id == ") {
			t.Errorf("%s: %s", s.name, line)
		}
	}
}

package commands

import (
	"fmt"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// bareRegisterNames are the general registers in gdb's order.
func bareRegisterNames() []string {
	return strings.Fields("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip eflags cs ss ds es fs gs fs_base gs_base")
}

// registerNames are they as expressions write them.
func registerNames() []string {
	var out []string
	for _, n := range append(bareRegisterNames(), "pc", "sp", "fp", "eax", "ebx", "ecx", "edx", "esi", "edi", "xmm0", "xmm1", "_", "__", "_exitcode") {
		out = append(out, "$"+n)
	}
	return out
}

func (d *desk) infoRegisters(args string) error { return d.registers(args, false) }

func (d *desk) infoAllRegisters(args string) error { return d.registers(args, true) }

// registers shows registers in gdb's three columns: name, hexadecimal, and the
// value as the register is mostly used.
func (d *desk) registers(args string, all bool) error {
	if !d.HasProcess() {
		return prompt.Message("The program has no registers now.")
	}
	names := strings.Fields(strings.ReplaceAll(args, "$", ""))
	if len(names) == 0 {
		names = bareRegisterNames()
		if all {
			names = append(names, vectorNames()...)
		}
	}
	for _, n := range names {
		hex, err := d.Values().Output("x", "$"+n)
		if err != nil || hex == "void" {
			if args == "" {
				continue // a register this processor has not
			}
			return prompt.Message("Invalid register %q.", n)
		}
		natural, err := d.Values().Output("", "$"+n)
		if err != nil {
			return err
		}
		switch n {
		case "rip", "pc":
			natural = hex
			if f, err := d.Frame(); err == nil && d.Symbolic(f.PC) != "" {
				natural += " <" + d.Symbolic(f.PC) + ">"
			}
		case "rsp", "rbp", "sp", "fp":
			natural = hex
		}
		switch {
		case strings.HasPrefix(natural, "{"):
			d.printf("%-15s%s\n", n, natural)
		case strings.HasPrefix(n, "st") && len(n) == 3:
			d.printf("%-15s%-19s (raw %s)\n", n, natural, hex)
		default:
			d.printf("%-15s%-18s %s\n", n, hex, natural)
		}
	}
	return nil
}

func vectorNames() []string {
	var out []string
	for n := 0; n < 8; n++ {
		out = append(out, fmt.Sprintf("st%d", n))
	}
	out = append(out, "mxcsr")
	for n := 0; n < 16; n++ {
		out = append(out, fmt.Sprintf("xmm%d", n))
	}
	for n := 0; n < 16; n++ {
		out = append(out, fmt.Sprintf("ymm%d", n))
	}
	return out
}

package amd64

import (
	"errors"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func TestDecodeTellsKindAndTarget(t *testing.T) {
	const at = 0x1000
	for _, c := range []struct {
		code   string
		kind   machine.Kind
		target table.Addr
	}{
		{"90", machine.Plain, 0},
		{"f3 0f 1e fa", machine.Plain, 0}, // endbr64
		{"f3 90", machine.Plain, 0},       // pause
		{"eb fe", machine.Jump, 0x1000},   // rel8
		{"e9 00 01 00 00", machine.Jump, 0x1105},
		{"f2 e9 00 01 00 00", machine.Jump, 0x1106}, // bnd jmp
		{"74 10", machine.CondJump, 0x1012},
		{"0f 85 f0 ff ff ff", machine.CondJump, 0xff6},
		{"2e 0f 85 f0 ff ff ff", machine.CondJump, 0xff7}, // with a branch hint
		{"e3 05", machine.CondJump, 0x1007},               // jrcxz
		{"67 e3 05", machine.CondJump, 0x1008},            // jecxz
		{"e2 fe", machine.CondJump, 0x1000},               // loop
		{"c7 f8 0a 00 00 00", machine.CondJump, 0x1010},   // xbegin
		{"e8 fb ff ff ff", machine.Call, 0x1000},
		{"66 66 48 e8 00 00 00 00", machine.Call, 0x1008}, // the padded call of thread-local storage
		{"ff d0", machine.IndirectCall, 0},
		{"ff 15 00 00 00 00", machine.IndirectCall, 0},
		{"41 ff 54 24 08", machine.IndirectCall, 0},
		{"ff e0", machine.IndirectJump, 0},
		{"3e ff e0", machine.IndirectJump, 0}, // notrack jmp
		{"ff 25 00 00 00 00", machine.IndirectJump, 0},
		{"48 ff 28", machine.IndirectJump, 0}, // far
		{"c3", machine.Return, 0},
		{"f3 c3", machine.Return, 0},
		{"c2 08 00", machine.Return, 0},
		{"cb", machine.Return, 0},
		{"48 cf", machine.Return, 0},
		{"0f 05", machine.Syscall, 0},
		{"0f 34", machine.Syscall, 0},
		{"cd 80", machine.Syscall, 0},
		{"cd 03", machine.Trap, 0},
		{"cc", machine.Trap, 0},
		{"f1", machine.Trap, 0},
		{"f4", machine.Trap, 0},
		{"0f 0b", machine.Trap, 0},
		{"0f b9 00", machine.Trap, 0},
		{"48 ff 00", machine.Plain, 0}, // inc
		{"c6 f8 00", machine.Plain, 0}, // xabort
	} {
		i := decode(t, at, c.code)
		if i.Kind != c.kind || i.Target != c.target {
			t.Errorf("%s: %v to %v, not %v to %v", c.code, i.Kind, i.Target, c.kind, c.target)
		}
		if i.Addr != at || string(i.Bytes()) != string(code(t, c.code)) || i.Next() != at+table.Addr(len(i.Bytes())) {
			t.Errorf("%s: address %v, bytes % x, next %v", c.code, i.Addr, i.Bytes(), i.Next())
		}
	}
}

// Forms that x86asm does not support or misreads.
func TestDecodeKnowsTheLengthOfRareForms(t *testing.T) {
	for name, text := range map[string]string{
		"rdpid":                 "f3 0f c7 f8",
		"rdsspq":                "f3 48 0f 1e c8",
		"xsavec":                "0f c7 64 24 40",
		"clflushopt":            "66 0f ae 3f",
		"tzcnt":                 "f3 48 0f bc c7",
		"vzeroupper":            "c5 f8 77",
		"vpermq imm8":           "c4 e3 fd 00 c1 4e",
		"vmovdqu64 disp8":       "62 f1 fe 48 6f 46 01",
		"vgf2p8affineqb":        "62 f3 fd 48 ce 05 f7 23 18 00 00",
		"XOP vprotd imm8":       "8f e8 78 c2 c1 05",
		"XOP bextr imm32":       "8f ea 78 10 c0 01 02 03 04",
		"3DNow! pfadd":          "0f 0f c1 9e",
		"extrq imm8 imm8":       "66 0f 78 c0 01 02",
		"movabs":                "48 b8 01 02 03 04 05 06 07 08",
		"moffs":                 "48 a1 01 02 03 04 05 06 07 08",
		"moffs, short":          "67 a1 01 02 03 04",
		"enter":                 "c8 10 00 01",
		"imm16":                 "66 81 c0 01 02",
		"imm16 undone by REX.W": "66 48 81 c0 01 02 03 04",
		"REX before a prefix":   "48 66 b8 01 02",
		"test imm8":             "f6 07 01",
		"neg":                   "f6 1f",
		"mov from cr0, mod 0":   "0f 20 04",
		"15 bytes":              "66 66 66 66 66 66 2e 0f 1f 84 00 00 00 00 00",
	} {
		t.Run(name, func(t *testing.T) { decode(t, 0, text) })
	}
}

func TestDecodeRefusesWhatIsNoInstruction(t *testing.T) {
	for name, c := range map[string]struct {
		code string
		err  error
	}{
		"nothing":                          {"", machine.ErrTruncated},
		"prefix only":                      {"66", machine.ErrTruncated},
		"ModRM missing":                    {"48 8b", machine.ErrTruncated},
		"displacement cut":                 {"48 8b 80 00 00", machine.ErrTruncated},
		"immediate cut":                    {"b8 00 00 00", machine.ErrTruncated},
		"16 bytes":                         {"66 66 66 66 66 66 66 2e 0f 1f 84 00 00 00 00 00", machine.ErrInvalid},
		"prefixes without end":             {"66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 66", machine.ErrInvalid},
		"push es":                          {"06", machine.ErrInvalid},
		"far call with an address":         {"9a 00 00 00 00 00 00", machine.ErrInvalid},
		"VEX after an operand-size prefix": {"66 c5 f8 77", machine.ErrInvalid},
		"a call whose length depends on the maker": {"66 e8 00 00 00 00", machine.ErrInvalid},
		"lea from a register":                      {"8d c0", machine.ErrInvalid},
	} {
		i, err := Arch().Decode(0x40, code(t, c.code))
		var where *machine.DecodeError
		if !errors.Is(err, c.err) || !errors.As(err, &where) || where.Addr != 0x40 || i != (machine.Insn{}) {
			t.Errorf("%s: %+v, %v", name, i, err)
		}
	}
}

func TestTakenFollowsFlagsAndCounts(t *testing.T) {
	const cf, pf, zf, sf, of = 1, 1 << 2, 1 << 6, 1 << 7, 1 << 11
	for _, c := range []struct {
		code  string
		regs  machine.Regs
		taken bool
	}{
		{"70 00", Regs(machine.Words{EFLAGS: of}), true}, {"71 00", Regs(machine.Words{EFLAGS: of}), false},
		{"72 00", Regs(machine.Words{EFLAGS: cf}), true}, {"73 00", Regs(machine.Words{EFLAGS: cf}), false},
		{"74 00", Regs(machine.Words{EFLAGS: zf}), true}, {"75 00", Regs(machine.Words{}), true},
		{"76 00", Regs(machine.Words{EFLAGS: zf}), true}, {"77 00", Regs(machine.Words{EFLAGS: cf}), false}, {"77 00", Regs(machine.Words{}), true},
		{"78 00", Regs(machine.Words{EFLAGS: sf}), true}, {"79 00", Regs(machine.Words{EFLAGS: sf}), false},
		{"7a 00", Regs(machine.Words{EFLAGS: pf}), true}, {"7b 00", Regs(machine.Words{EFLAGS: pf}), false},
		{"7c 00", Regs(machine.Words{EFLAGS: sf}), true}, {"7c 00", Regs(machine.Words{EFLAGS: sf | of}), false}, {"7d 00", Regs(machine.Words{EFLAGS: of}), false},
		{"7e 00", Regs(machine.Words{EFLAGS: zf}), true}, {"7f 00", Regs(machine.Words{EFLAGS: sf | of}), true}, {"0f 8f 00 00 00 00", Regs(machine.Words{EFLAGS: of}), false},
		{"e3 00", Regs(machine.Words{}), true}, {"e3 00", Regs(machine.Words{RCX: 1 << 32}), false}, {"67 e3 00", Regs(machine.Words{RCX: 1 << 32}), true},
		{"e2 00", Regs(machine.Words{RCX: 1}), false}, {"e2 00", Regs(machine.Words{RCX: 2}), true}, {"67 e2 00", Regs(machine.Words{RCX: 1<<32 + 1}), false},
		{"e1 00", Regs(machine.Words{RCX: 2, EFLAGS: zf}), true}, {"e1 00", Regs(machine.Words{RCX: 2}), false}, {"e0 00", Regs(machine.Words{RCX: 2}), true},
	} {
		i := decode(t, 0, c.code)
		if taken, known := i.Taken(&c.regs); taken != c.taken || !known {
			t.Errorf("%s with flags %#x and rcx %#x: taken %v (known: %v)", c.code, c.regs.W[EFLAGS], c.regs.W[RCX], taken, known)
		}
	}
	for _, text := range []string{"90", "eb 00", "c7 f8 00 00 00 00"} {
		i := decode(t, 0, text)
		if _, known := i.Taken(regs(machine.Words{})); known {
			t.Errorf("%s: known", text)
		}
	}
}

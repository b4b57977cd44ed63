package symbols

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// Without call frame information Frames uses the prologue and the frame
// pointer, as gdb does: also at a function's first instructions, where rbp is
// the caller's.
func TestFramesWithoutCFI(t *testing.T) {
	program := compile(t, "calls.c", "-O0", "-g0", "-no-pie", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables")
	s := alone(t, program)
	at := func(name string) string {
		a, ok := s.Address(name)
		if !ok {
			t.Fatal("no " + name)
		}
		return "break *" + a.String()
	}
	traces, cores := stacks(t, program, [][]string{
		{at("leaf"), "run"},
		{"stepi"},
		{"stepi"},
		{"stepi"},
		{"delete", at("handler"), "continue"},
	})
	compareStacks(t, traces, cores)
}

// In a PLT stub Frames finds the caller's frame, by CFI or by the stub's shape
// if the linker emits none.
func TestFramesInPLTStubs(t *testing.T) {
	for _, flags := range tabletest.Some(t, 1, [][]string{
		{"-fuse-ld=bfd", "-Wl,-z,lazy"},
		{"-fuse-ld=gold", "-Wl,-z,lazy"},
		{"-fuse-ld=lld", "-Wl,-z,lazy"},
		{"-fuse-ld=lld", "-Wl,-z,now"},
	}) {
		t.Run(strings.Join(flags, ""), func(t *testing.T) {
			t.Parallel()
			program := compile(t, "calls.c", append(flags, "-O0", "-no-pie")...)
			s := alone(t, program)
			stub, ok := stubOf(s, "exit@plt")
			if !ok {
				t.Fatal("no stub of exit")
			}
			_, cores := stacks(t, program, [][]string{{"break *" + stub.String(), "run"}, {"stepi"}, {"stepi"}, {"stepi"}})
			for i, core := range cores {
				c := openCore(t, core)
				set := c.set()
				frames := set.Frames(&c.regs, c, 10)
				var names []string
				for _, f := range frames {
					names = append(names, f.Function)
				}
				if i == 0 && names[0] != "exit@plt" {
					t.Errorf("the stub's frame is %q", names[0])
				}
				if got := strings.Join(names, " "); !strings.Contains(got, "last main __libc_start") {
					t.Errorf("%d instructions into the stub: %s", i, got)
				}
			}
			c := openCore(t, cores[0])
			to, ok := c.set().Trampoline(c.regs.PC(), c)
			if name, off, _ := c.set().Symbol(to); !ok || name != "exit" || off != 0 {
				t.Errorf("Trampoline = %v, %v: %s+%d, want exit", to, ok, name, off)
			}
		})
	}
}

// stubOf finds the address of a PLT stub by its name in Symbol.
func stubOf(s *Set, name string) (table.Addr, bool) {
	for _, sec := range s.modules[0].img.stubs().sections {
		for a := sec.Low; a < sec.High; a += 8 {
			if n, off, ok := s.Symbol(table.Addr(a)); ok && n == name && off == 0 {
				return table.Addr(a), true
			}
		}
	}
	return 0, false
}

// words is memory that begins at base.
type words struct {
	base table.Addr
	p    []byte
}

func (w words) ReadMemory(a table.Addr, p []byte) (int, error) {
	if a < w.base || a-w.base > table.Addr(len(w.p)) {
		return 0, errNoReturn
	}
	n := copy(p, w.p[a-w.base:])
	if n < len(p) {
		return n, errNoReturn
	}
	return n, nil
}

// A stack whose frame pointers form a cycle, or lead nowhere, ends.
func TestFramesEndOnCorruptStacks(t *testing.T) {
	s := alone(t, compile(t, "calls.c", "-O0", "-g0", "-no-pie", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"))
	main, ok := s.Address("main")
	if !ok {
		t.Fatal("no main")
	}
	const base = 0x7000_0000
	for name, next := range map[string]uint64{"to itself": base, "backwards": base - 16, "unaligned": base + 3, "unmapped": 1 << 40} {
		stack := make([]byte, 256)
		for i := 0; i+16 <= len(stack); i += 16 {
			put(stack[i:], next)
			put(stack[i+8:], uint64(main)+12)
		}
		r := amd64.Regs(machine.Words{amd64.RIP: uint64(main) + 12, amd64.RSP: base, amd64.RBP: base})
		if frames := s.Frames(&r, words{base, stack}, 1000); len(frames) > 3 {
			t.Errorf("frame pointer %s: %d frames", name, len(frames))
		}
	}
}

func put(p []byte, v uint64) {
	for i := range 8 {
		p[i] = byte(v >> (8 * i))
	}
}

func TestFramesOfGoEndAtItsBottom(t *testing.T) {
	program := buildGo(t, "hello.go")
	traces, cores := stacks(t, program, [][]string{{"break main.(*counter).add", "run"}})
	for i := range cores {
		c := openCore(t, cores[i])
		s := c.set()
		frames := s.Frames(&c.regs, c, 100)
		// gdb adds a frame at 0 that does not exist.
		if got, want := frameStrings(frames), traces[i][:len(frames)]; fmt.Sprint(got) != fmt.Sprint(want) || frames[len(frames)-1].Function != "runtime.goexit" {
			t.Errorf("stack %d: %v\ngdb: %v", i, frameStrings(frames), traces[i])
		}
	}
}

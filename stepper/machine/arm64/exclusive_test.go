package arm64

import (
	"debug/elf"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

const (
	ldaxrX0   word = 0xc85ffc20 // ldaxr x0, [x1]
	addX0     word = 0x91000400 // add x0, x0, #1
	stlxr     word = 0xc803fc20 // stlxr w3, x0, [x1]
	clrex     word = 0xd5033f5f
	cbnzBack3 word = 0x35ffffa3 // cbnz w3, .-12
	cmpX0     word = 0xeb02001f // cmp x0, x2
)

// reading reads words at 0x1000.
func reading(words []word) machine.Read {
	mem := memory{}
	mem.put(0x1000, words...)
	return mem.ReadMemory
}

func TestExclusiveSequencesAreFound(t *testing.T) {
	bne := func(words int) word { return 0x54000001 | word(words)<<5&0xffffe0 }
	for name, c := range map[string]struct {
		words  []word
		inside []table.Addr // nil: none is found
		ways   []table.Addr
	}{
		"an addition":            {[]word{ldaxrX0, addX0, stlxr, cbnzBack3, ret}, []table.Addr{0x1004, 0x1008}, []table.Addr{0x100c}},
		"compare and swap":       {[]word{ldaxrX0, cmpX0, bne(3), stlxr, cbnzBack3, ret}, []table.Addr{0x1004, 0x1008, 0x100c}, []table.Addr{0x1010, 0x1014}},
		"a loop back inside":     {[]word{ldaxrX0, cmpX0, bne(-2), stlxr, ret}, []table.Addr{0x1004, 0x1008, 0x100c}, []table.Addr{0x1000, 0x1010}},
		"a branch back outside":  {[]word{ldaxrX0, bne(-9), stlxr, ret}, []table.Addr{0x1004, 0x1008}, []table.Addr{0xfe0, 0x100c}},
		"two stores":             {[]word{ldaxrX0, bne(3), stlxr, ret, stlxr, ret}, []table.Addr{0x1004, 0x1008, 0x1010}, []table.Addr{0x100c, 0x1014}},
		"clrex on the other way": {[]word{ldaxrX0, bne(3), clrex, ret, stlxr, ret}, []table.Addr{0x1004, 0x1010}, []table.Addr{0x1008, 0x1014}},
		"stx right after":        {[]word{ldaxrX0, stlxr, ret}, []table.Addr{0x1004}, []table.Addr{0x1008}},
		"a way through a jump":   {[]word{ldaxrX0, 0x14000002, nop, stlxr, ret}, []table.Addr{0x1004, 0x100c}, []table.Addr{0x1010}},
		"no store":               {[]word{ldaxrX0, addX0, ret}, nil, nil},
		"the store is too far":   {append(append([]word{ldaxrX0}, slices.Repeat([]word{nop}, 15)...), stlxr), nil, nil},
		"the store is far":       {append(append([]word{ldaxrX0}, slices.Repeat([]word{nop}, 14)...), stlxr), []table.Addr{0x1004, 0x1008, 0x100c, 0x1010, 0x1014, 0x1018, 0x101c, 0x1020, 0x1024, 0x1028, 0x102c, 0x1030, 0x1034, 0x1038, 0x103c}, []table.Addr{0x1040}},
		"a call":                 {[]word{ldaxrX0, blHere, stlxr}, nil, nil},
		"a system call":          {[]word{ldaxrX0, svc0, stlxr}, nil, nil},
		"another load":           {[]word{ldaxrX0, ldaxrX0, stlxr}, nil, nil},
		"cleared before":         {[]word{ldaxrX0, clrex, stlxr}, nil, nil},
		"no load":                {[]word{nop, stlxr}, nil, nil},
		"nothing behind":         {[]word{ldaxrX0}, nil, nil},
	} {
		read := reading(c.words)
		s, ok := machine.FindSequence(Arch(), 0x1000, read)
		if ok != (c.inside != nil) || !slices.Equal(s.Inside, c.inside) || !slices.Equal(s.Ways, c.ways) || ok && s.Load != 0x1000 {
			t.Errorf("%s: %+v, %v", name, s, ok)
		}
		for n := range c.words {
			pc := table.Addr(0x1000 + 4*n)
			around, ok := machine.SequenceAround(Arch(), pc, read)
			if ok != slices.Contains(c.inside, pc) && name != "another load" || ok && (around.Load > pc || !around.Contains(pc)) {
				t.Errorf("%s, around %v: %+v, %v", name, pc, around, ok)
			}
		}
	}
}

// Every load-exclusive in the code of real programs begins a sequence, and all are as short as
// compilers make them.
func TestRealSequencesAreFound(t *testing.T) {
	libc, err := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-print-file-name=libc.so.6").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path  string
		least int
	}{"libc": {strings.TrimSpace(string(libc)), 10}, "workerd": {tabletest.NeedWorkerdARM64(t), 100}} {
		t.Run(name, func(t *testing.T) {
			f, err := elf.Open(c.path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			found, longest := 0, 0
			for _, section := range f.Sections {
				if section.Flags&elf.SHF_EXECINSTR == 0 {
					continue
				}
				code, err := section.Data()
				if err != nil {
					t.Fatal(err)
				}
				read := func(a table.Addr, p []byte) (int, error) {
					return copy(p, code[min(uint64(len(code)), uint64(a)-section.Addr):]), nil
				}
				for n := 0; n+4 <= len(code); n += 4 {
					if wordOf(code[n:]).bits(29, 24) != 0b001000 {
						continue
					}
					at := table.Addr(section.Addr) + table.Addr(n)
					if i, err := Arch().Decode(at, code[n:]); err != nil || i.Exclusive != machine.ExclusiveLoad {
						continue
					}
					s, ok := machine.FindSequence(Arch(), at, read)
					if !ok || len(s.Ways) == 0 || len(s.Ways) > 2 {
						t.Errorf("%v: %+v, %v", at, s, ok)
						continue
					}
					found++
					longest = max(longest, len(s.Inside))
				}
			}
			if t.Logf("%d sequences, at most %d instructions after the load", found, longest); found < c.least || longest > 4 {
				t.Errorf("%d sequences, at most %d instructions after the load", found, longest)
			}
		})
	}
}

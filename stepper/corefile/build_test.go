package corefile

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// tiny is a core file to be built: notes and memory.
type tiny struct {
	machine elf.Machine // 0: EM_X86_64
	notes   []byte
	loads   []load
}

// load is one PT_LOAD.
type load struct {
	addr, size uint64 // size in memory
	data       []byte // the dumped bytes
	flags      elf.ProgFlag
}

var le = binary.LittleEndian

func (c *tiny) note(name string, kind uint32, content []byte) {
	b := le.AppendUint32(nil, uint32(len(name)+1))
	b = le.AppendUint32(b, uint32(len(content)))
	b = le.AppendUint32(b, kind)
	b = pad(append(append(b, name...), 0))
	c.notes = append(c.notes, pad(append(b, content...))...)
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// thread adds an NT_PRSTATUS. The numbers are offsetof of a 64-bit machine's struct elf_prstatus,
// as those of prpsinfo are of struct elf_prpsinfo.
func (c *tiny) thread(tid, signal int, regs machine.Regs) {
	b := make([]byte, 112+8*regs.Arch().Words+8)
	le.PutUint16(b[12:], uint16(signal))
	le.PutUint64(b[24:], 1<<9)
	le.PutUint32(b[32:], uint32(tid))
	copy(b[112:], regs.Bytes())
	c.note("CORE", notePrstatus, b)
}

func prpsinfo(pid int, name, args string) []byte {
	b := make([]byte, 136)
	le.PutUint32(b[24:], uint32(pid))
	copy(b[40:56], name)
	copy(b[56:], args)
	return b
}

// fileNote is an NT_FILE that counts in pages of 4096 bytes.
func fileNote(maps ...Mapping) []byte {
	b := le.AppendUint64(nil, uint64(len(maps)))
	b = le.AppendUint64(b, 4096)
	for _, m := range maps {
		b = le.AppendUint64(b, uint64(m.Low))
		b = le.AppendUint64(b, uint64(m.High))
		b = le.AppendUint64(b, m.Offset/4096)
	}
	for _, m := range maps {
		b = append(append(b, m.Path...), 0)
	}
	return b
}

func auxv(pairs ...uint64) (b []byte) {
	for _, w := range append(pairs, 0, 0) {
		b = le.AppendUint64(b, w)
	}
	return b
}

// bytes returns the file.
func (c *tiny) bytes() []byte {
	h := append([]byte(elf.ELFMAG), byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT))
	h = append(h, make([]byte, headerSize-len(h))...)
	le.PutUint16(h[16:], uint16(elf.ET_CORE))
	le.PutUint16(h[18:], uint16(cmp.Or(c.machine, elf.EM_X86_64)))
	le.PutUint64(h[32:], headerSize)
	le.PutUint16(h[54:], programHeaderSize)
	le.PutUint16(h[56:], uint16(len(c.loads)+1))
	at := uint64(headerSize + (len(c.loads)+1)*programHeaderSize)
	h = append(h, programHeader(elf.PT_NOTE, 0, at, 0, uint64(len(c.notes)), 0)...)
	at += uint64(len(c.notes))
	for _, l := range c.loads {
		h = append(h, programHeader(elf.PT_LOAD, l.flags, at, l.addr, uint64(len(l.data)), l.size)...)
		at += uint64(len(l.data))
	}
	h = append(h, c.notes...)
	for _, l := range c.loads {
		h = append(h, l.data...)
	}
	return h
}

func programHeader(kind elf.ProgType, flags elf.ProgFlag, offset, addr, inFile, inMemory uint64) []byte {
	b := le.AppendUint32(nil, uint32(kind))
	b = le.AppendUint32(b, uint32(flags))
	for _, w := range []uint64{offset, addr, addr, inFile, inMemory, 1} {
		b = le.AppendUint64(b, w)
	}
	return b
}

// parse parses bytes as a core file.
func parse(b []byte) (*Core, error) { return Parse(bytes.NewReader(b), int64(len(b))) }

// sample is a core of two threads with notes of every kind.
func sample() *tiny {
	c := &tiny{}
	c.thread(100, 11, amd64.Regs(machine.Words{amd64.RIP: 0x401000, amd64.RSP: 0x7000, amd64.FSBase: 0x8000}))
	c.note("CORE", noteFPRegs, bytes.Repeat([]byte{7}, 512))
	c.note("CORE", notePrpsinfo, prpsinfo(100, "averylongprogra", "./averylongprogram one two "))
	c.note("CORE", noteSiginfo, append([]byte{11}, make([]byte, 127)...))
	c.note("CORE", noteAuxv, auxv(auxEntry, 0x401000))
	c.note("CORE", noteFile, fileNote(Mapping{0x400000, 0x402000, 0, "/no/such/program"}))
	c.note("LINUX", noteXState, bytes.Repeat([]byte{9}, 832))
	c.thread(101, 0, amd64.Regs(machine.Words{amd64.RIP: 0x401004}))
	c.note("CORE", noteFPRegs, bytes.Repeat([]byte{8}, 512))
	c.note("OTHER", notePrstatus, []byte("ignored"))
	c.loads = []load{
		{addr: 0x400000, size: 0x2000, data: bytes.Repeat([]byte{0xaa}, 0x1000), flags: elf.PF_R | elf.PF_X},
		{addr: 0x7000, size: 0x1000, data: bytes.Repeat([]byte{0xbb}, 0x1000), flags: elf.PF_R | elf.PF_W},
		{addr: 0x8000, size: 0x1000, data: bytes.Repeat([]byte{0xcc}, 0x1000), flags: elf.PF_R | elf.PF_W},
		{addr: 0x9000, size: 0x1000, flags: elf.PF_R | elf.PF_W},
	}
	return c
}

func mustParse(t testing.TB, b []byte) *Core {
	t.Helper()
	c, err := parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

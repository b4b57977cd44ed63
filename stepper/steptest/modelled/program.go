package modelled

import (
	"context"
	"debug/elf"
	"encoding/binary"

	"rseqstep/stepper"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/table"
)

// The program: an endless loop that adds 1 to a counter of its CPU. Process addresses.
const (
	Loop   = table.Addr(0x401000) // lea of the descriptor
	Arm    = table.Addr(0x401007)
	Start  = table.Addr(0x40100c)
	Load   = table.Addr(0x401012)
	Final  = table.Addr(0x401018) // the final store
	End    = table.Addr(0x40101b) // post-commit
	Side   = table.Addr(0x401030) // the other exit: reads the CPU's number and continues the loop
	Abort  = table.Addr(0x401047)
	cs     = table.Addr(0x402000)
	gate   = table.Addr(0x401080)
	area   = table.Addr(0x500000) // of the first thread; each has 256 bytes
	Data   = table.Addr(0x501000) // a counter for each CPU
	areaAt = 0x1000               // offset from the thread pointer
	cpus   = 2
)

// code returns the program's bytes. The stubborn program reads the CPU's number only
// after a commit: a failure goes to the abort handler, and from there into the loop again
// with the old number.
func code(stubborn bool) map[table.Addr][]byte {
	code := map[table.Addr][]byte{
		Loop:      {0x48, 0x8d, 0x05, 0xf9, 0x0f, 0x00, 0x00}, // lea cs(%rip),%rax
		Arm:       {0x64, 0x48, 0x89, 0x41, 0x08},             // mov %rax,%fs:8(%rcx)
		Start:     {0x64, 0x39, 0x51, 0x04},                   // cmp %edx,%fs:4(%rcx)
		0x401010:  {0x75, 0x1e},                               // jne Side
		Load:      {0x4c, 0x8b, 0x07},                         // mov (%rdi),%r8
		0x401015:  {0x49, 0x01, 0xf0},                         // add %rsi,%r8
		Final:     {0x4c, 0x89, 0x07},                         // mov %r8,(%rdi)
		End:       {0x31, 0xc0},                               // xor %eax,%eax
		0x40101d:  {0xeb, 0x11},                               // jmp Side
		Side:      {0x64, 0x8b, 0x51, 0x04},                   // mov %fs:4(%rcx),%edx
		0x401034:  {0x48, 0x8d, 0x3c, 0xd5, 0, 0x10, 0x50, 0}, // lea Data(,%rdx,8),%rdi
		0x40103c:  {0xeb, 0xc2},                               // jmp Loop
		Abort - 7: {0x0f, 0xb9, 0x3d, 0x53, 0x30, 0x05, 0x53}, // the signature
		Abort:     {0xeb, 0xe7},                               // jmp Side
	}
	if stubborn {
		code[0x401010] = []byte{0x75, 0x35} // jne Abort
		code[Abort] = []byte{0xeb, 0xb7}    // jmp Loop
	}
	return code
}

// step executes the instruction at a thread's PC and reports whether there is one.
func (w *World) step(th *Thread) bool {
	r := &th.Regs
	next := func(to table.Addr) { r.W[amd64.RIP] = uint64(to) }
	switch r.PC() {
	case Loop:
		r.W[amd64.RAX] = uint64(cs)
		next(Arm)
	case Arm:
		w.put64(th.area+8, r.W[amd64.RAX])
		next(Start)
	case Start:
		r.W[amd64.EFLAGS] &^= 1 << 6
		if uint32(r.W[amd64.RDX]) == w.get32(th.area+4) {
			r.W[amd64.EFLAGS] |= 1 << 6
		}
		next(0x401010)
	case 0x401010:
		switch {
		case r.W[amd64.EFLAGS]&(1<<6) != 0:
			next(Load)
		case w.stubborn:
			next(Abort)
			th.inVain()
		default:
			next(Side)
		}
	case Load:
		r.W[amd64.R8], th.loaded = w.get64(table.Addr(r.W[amd64.RDI])), w.turns[th.cpu]
		next(0x401015)
	case 0x401015:
		r.W[amd64.R8] += r.W[amd64.RSI]
		next(Final)
	case Final:
		w.put64(table.Addr(r.W[amd64.RDI]), r.W[amd64.R8])
		w.Commits++
		w.committed[r.W[amd64.RDX]%cpus]++
		th.InVain = 0
		if int(r.W[amd64.RDX]) != th.cpu {
			w.broken("thread %d commits to CPU %d's counter on CPU %d", th.TID, r.W[amd64.RDX], th.cpu)
		} else if th.loaded != w.turns[th.cpu] {
			w.broken("thread %d commits what it read before another thread ran on CPU %d", th.TID, th.cpu)
		}
		next(End)
	case End:
		r.W[amd64.RAX] = 0
		next(0x40101d)
	case 0x40101d:
		next(Side)
	case Abort:
		if next(Side); w.stubborn {
			next(Loop)
		}
	case Side:
		r.W[amd64.RDX] = uint64(w.get32(th.area + 4))
		next(0x401034)
	case 0x401034:
		r.W[amd64.RDI] = uint64(Data) + 8*r.W[amd64.RDX]
		next(0x40103c)
	case 0x40103c:
		next(Loop)
	default:
		return false
	}
	return true
}

// module is the program as a module for the Engine.
func module() *table.Module {
	return &table.Module{Path: "modelled", Low: 0x400000, High: 0x403000, File: &table.File{
		Machine: elf.EM_X86_64,
		Sections: []table.Section{{
			At: table.FileAddr(cs), Start: table.FileAddr(Start), End: table.FileAddr(End), Abort: table.FileAddr(Abort), Symbol: "add",
		}},
	}}
}

// Engine makes an Engine on the machine.
func (w *World) Engine(p stepper.Policy) (*stepper.Engine, error) {
	add := stepper.Function{Name: "add", Entry: Loop, Ranges: []stepper.Range{{Low: Loop, High: gate}}, HasLines: len(w.Lines) > 0}
	names := &steptest.Symbols{Functions: []stepper.Function{add}, Rows: w.Lines}
	return stepper.New(w, names, func() ([]*table.Module, error) { return []*table.Module{module()}, nil }, p)
}

// Context is the context for the next command: it is canceled when the user
// interrupts.
func (w *World) Context() context.Context {
	var ctx context.Context
	ctx, w.interrupt = context.WithCancel(context.Background())
	return ctx
}

func (w *World) get32(a table.Addr) uint32 {
	var b [4]byte
	w.read(a, b[:])
	return binary.LittleEndian.Uint32(b[:])
}

func (w *World) get64(a table.Addr) uint64 {
	var b [8]byte
	w.read(a, b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func (w *World) put32(a table.Addr, v uint32) { w.write(a, binary.LittleEndian.AppendUint32(nil, v)) }
func (w *World) put64(a table.Addr, v uint64) { w.write(a, binary.LittleEndian.AppendUint64(nil, v)) }

func (w *World) read(a table.Addr, p []byte) (n int) {
	for n = range p {
		b, ok := w.memory[a+table.Addr(n)]
		if !ok {
			return n
		}
		p[n] = b
	}
	return len(p)
}

func (w *World) write(a table.Addr, p []byte) {
	for i, b := range p {
		w.memory[a+table.Addr(i)] = b
	}
}

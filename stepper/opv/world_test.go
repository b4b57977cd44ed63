package opv_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// world is memory in which every address of two regions can be read: the
// contents depend only on the address and the seed until they are written.
type world struct {
	seed       uint64
	data, code table.Addr // middles of the regions
	written    map[table.Addr]byte

	// slab is where tcmalloc keeps its cached slab pointer, 4 bytes before the
	// area and marked with bit 63; 0 for nowhere.
	slab table.Addr
}

// reach is the size of a region to either side of its middle, in bytes.
const reach = 1 << 20 // tcmalloc's sections index by 16-bit numbers, times 8

// word is the initial value of the 8 bytes at a multiple of 8: a pointer, a
// small number or anything.
func (w *world) word(at table.Addr) uint64 {
	return w.value(scramble(uint64(at) ^ scramble(w.seed)))
}

// value converts a random number to one of those.
func (w *world) value(r uint64) uint64 {
	switch r % 8 {
	case 0, 1, 2, 3:
		return uint64(w.data) + r>>8%w.pointers()*8
	case 4, 5, 6:
		return r >> 8 % 4
	}
	return scramble(r) >> (r >> 8 % 64)
}

// pointers is the number of different pointers: few in half of the worlds, so
// that compares of two values often find them equal.
func (w *world) pointers() uint64 {
	if scramble(w.seed)%2 == 0 {
		return 3
	}
	return 2048
}

// scramble converts any number to one that looks random: the finalizer of splitmix64
// (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
func scramble(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

func (w *world) has(at table.Addr) bool {
	near := func(middle table.Addr) bool { return at-middle+reach < 2*reach }
	return near(w.data) || near(w.code)
}

func (w *world) ReadMemory(addr table.Addr, p []byte) (int, error) {
	var word uint64
	for n := range p {
		at := addr + table.Addr(n)
		if !w.has(at) {
			return n, fmt.Errorf("%v is in no region", at)
		}
		if n == 0 || at%8 == 0 {
			word = w.word(at &^ 7)
		}
		b, ok := w.written[at]
		if !ok && w.slab != 0 && at-w.slab < 8 {
			b = byte((uint64(w.data) | 1<<63) >> (8 * (at - w.slab)))
		} else if !ok {
			b = byte(word >> (8 * (at & 7)))
		}
		p[n] = b
	}
	return len(p), nil
}

func (w *world) WriteMemory(addr table.Addr, p []byte) (int, error) {
	for n, b := range p {
		if !w.has(addr + table.Addr(n)) {
			return n, fmt.Errorf("%v is in no region", addr)
		}
		w.written[addr+table.Addr(n)] = b
	}
	return len(p), nil
}

// CheckMemory makes a world an opv.Checker: the vector's check must write nothing.
func (w *world) CheckMemory(addr table.Addr, n int, _ bool) error {
	_, err := w.ReadMemory(addr, make([]byte, n))
	return err
}

// newWorld makes memory and registers for one pass.
func newWorld(seed uint64, base machine.Regs, data, code table.Addr) (*world, opv.State) {
	w := &world{seed: seed, data: data, code: code, written: map[table.Addr]byte{}}
	random := rand.New(rand.NewPCG(seed, 0))
	s := opv.State{Regs: base}
	arch := base.Arch()
	for x := range machine.Reg(len(s.W)) {
		if arch.General.Has(x) && x != arch.SP {
			s.W[x] = w.value(random.Uint64())
		}
	}
	s.SetSP(data - 16*table.Addr(random.IntN(256)))
	s.W[arch.ThreadPointer] = uint64(data) + 8*uint64(random.IntN(512))
	count, size := vectorsOf(arch)
	for n := range count {
		for k := 0; k < size; k += 8 {
			binary.LittleEndian.PutUint64(s.Vec[n][k:], random.Uint64())
		}
	}
	s.ForgetSyscall()
	s.W[arch.Flags] = s.W[arch.Flags]&^(flagsOf(arch)|moreFlags(arch)) | random.Uint64()&flagsOf(arch)
	return w, s
}

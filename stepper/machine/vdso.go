package machine

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"sort"
	"strings"

	"rseqstep/stepper/cfi"
	"rseqstep/table"
)

// VDSO is the shared object that the kernel maps into every process, read from
// the process itself. See vdso(7).
type VDSO struct {
	Base      table.Addr     // address of the image
	High      table.Addr     // first address after the image
	Functions []VDSOFunction // by Start

	bias   table.Addr // process address minus the address in the image's headers
	frames []*cfi.FDE
}

// VDSOFunction is one exported function, [Start, End).
type VDSOFunction struct {
	Name       string   // "__vdso_clock_gettime", or its only name
	Short      string   // the name without the architecture's prefix: "clock_gettime"
	Aliases    []string // other names of the same code: "clock_gettime"
	Start, End table.Addr
}

// Contains reports whether pc is in the function.
func (f *VDSOFunction) Contains(pc table.Addr) bool {
	return uint64(pc-f.Start) < uint64(f.End-f.Start)
}

// ErrNotVDSO means that an image is not a vDSO of this architecture.
var ErrNotVDSO = errors.New("not the image of the program's vDSO")

// ParseVDSO reads the vDSO's ELF image, the bytes mapped at base. The VDSO is
// nil if and only if there is an error.
func ParseVDSO(a *Arch, image []byte, base table.Addr) (v *VDSO, err error) {
	defer func() {
		// debug/elf does not check every index it reads; an image is a
		// process's memory, which may contain anything.
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("%w: %v", ErrNotVDSO, r)
		}
	}()
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotVDSO, err)
	}
	if f.Machine != a.Machine || f.Class != elf.ELFCLASS64 || f.Type != elf.ET_DYN {
		return nil, ErrNotVDSO
	}
	v = &VDSO{Base: base, High: base + table.Addr(len(image))}
	bias, ok := vdsoBias(f, base)
	if v.bias = bias; !ok {
		return nil, fmt.Errorf("%w: nothing is loaded", ErrNotVDSO)
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotVDSO, err)
	}
	v.addFunctions(a, symbols, bias)
	if err := v.readFrames(a, f, bias); err != nil {
		return nil, err
	}
	return v, nil
}

// vdsoBias is the difference between process addresses and addresses in the
// image's headers: the image begins with its first loaded segment.
func vdsoBias(f *elf.File, base table.Addr) (table.Addr, bool) {
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD {
			return base - table.Addr(p.Vaddr-p.Off), true
		}
	}
	return 0, false
}

// addFunctions merges the symbols of each address into one function.
func (v *VDSO) addFunctions(a *Arch, symbols []elf.Symbol, bias table.Addr) {
	at := map[table.Addr]*VDSOFunction{}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || s.Section == elf.SHN_UNDEF || s.Size == 0 {
			continue
		}
		start := table.Addr(s.Value) + bias
		f := at[start]
		if f == nil {
			at[start] = &VDSOFunction{Name: s.Name, Start: start, End: start + table.Addr(s.Size)}
			continue
		}
		f.End = max(f.End, start+table.Addr(s.Size))
		if strings.HasPrefix(s.Name, a.VDSOPrefix) && !strings.HasPrefix(f.Name, a.VDSOPrefix) {
			f.Name, s.Name = s.Name, f.Name
		}
		f.Aliases = append(f.Aliases, s.Name)
	}
	for _, f := range at {
		f.Short = strings.TrimPrefix(f.Name, a.VDSOPrefix)
		sort.Strings(f.Aliases)
		v.Functions = append(v.Functions, *f)
	}
	sort.Slice(v.Functions, func(i, j int) bool { return v.Functions[i].Start < v.Functions[j].Start })
}

// readFrames reads .eh_frame. It converts the addresses to process addresses.
func (v *VDSO) readFrames(a *Arch, f *elf.File, bias table.Addr) error {
	s := f.Section(".eh_frame")
	if s == nil {
		return nil // ReturnAddress then returns ErrNoFrame
	}
	data, err := s.Data()
	if err != nil {
		return fmt.Errorf("%w: .eh_frame: %w", ErrNotVDSO, err)
	}
	section := cfi.Section{P: data, Base: uint64(bias) + s.Addr, EH: true, Order: f.ByteOrder, AddrSize: 8, Registers: a.Frames}
	section.FDEs(func(_ uint64, f *cfi.FDE) { v.frames = append(v.frames, f) })
	return nil
}

// Contains reports whether pc is in the image.
func (v *VDSO) Contains(pc table.Addr) bool { return uint64(pc-v.Base) < uint64(v.High-v.Base) }

// At returns the function that contains pc.
func (v *VDSO) At(pc table.Addr) (VDSOFunction, bool) {
	n := sort.Search(len(v.Functions), func(n int) bool { return v.Functions[n].Start > pc })
	// A function may be inside another's range; the innermost is returned.
	for n--; n >= 0; n-- {
		if v.Functions[n].Contains(pc) {
			return v.Functions[n], true
		}
	}
	return VDSOFunction{}, false
}

// Entry returns the function whose first instruction is at pc.
func (v *VDSO) Entry(pc table.Addr) (VDSOFunction, bool) {
	n := sort.Search(len(v.Functions), func(n int) bool { return v.Functions[n].Start >= pc })
	if n < len(v.Functions) && v.Functions[n].Start == pc {
		return v.Functions[n], true
	}
	return VDSOFunction{}, false
}

package expr

import (
	"debug/dwarf"
	"encoding/binary"
	"fmt"

	"rseqstep/stepper/dwexpr"
)

// Entries of .debug_loclists (DWARF 5, table 7.10; the last is LLVM's and GCC's
// view pair, which has two numbers to skip).
const (
	lleEnd          = 0x00
	lleBaseAddressx = 0x01
	lleStartxEndx   = 0x02
	lleStartxLength = 0x03
	lleOffsetPair   = 0x04
	lleDefault      = 0x05
	lleBaseAddress  = 0x06
	lleStartEnd     = 0x07
	lleStartLength  = 0x08
	lleViewPair     = 0x09
)

// listEntry finds the expression of a location list for pc, a file address;
// empty if it has none. list is an offset into the section, or an index if
// indexed. die is any DIE of the unit.
func (i *Info) listEntry(die dwarf.Offset, list uint64, indexed bool, pc uint64) ([]byte, error) {
	u, ok := i.mod.UnitOf(die)
	if !ok {
		return nil, fmt.Errorf("no unit at DWARF offset %#x", die)
	}
	if u.Version < 5 {
		data := u.Section(".debug_loc")
		if list > uint64(len(data)) {
			return nil, fmt.Errorf("location list at %#x is not in .debug_loc", list)
		}
		if u.Split {
			return splitList(data[list:], func(n uint64) (uint64, error) { return i.addrx(die, n) }, pc)
		}
		return oldList(data[list:], uint64(u.Low), pc)
	}
	data := u.Section(".debug_loclists")
	if indexed {
		width := uint64(4)
		if u.Dwarf64 {
			width = 8
		}
		base := uint64(u.LoclistsBase)
		if base > uint64(len(data)) {
			return nil, fmt.Errorf("location list %d is not in .debug_loclists", list)
		}
		r := dwexpr.Reader{P: data[base:]}
		if list > uint64(len(data)) || list*width > uint64(r.Left()) {
			return nil, fmt.Errorf("location list %d is not in .debug_loclists", list)
		}
		r.At = int(list * width)
		list = base + r.Fixed(width)
	}
	if list > uint64(len(data)) {
		return nil, fmt.Errorf("location list at %#x is not in .debug_loclists", list)
	}
	return newList(data[list:], uint64(u.Low), pc, func(n uint64) (uint64, error) { return i.addrx(die, n) })
}

// newList reads the list at the start of data, a part of .debug_loclists. index
// looks up an address in .debug_addr.
func newList(data []byte, base, pc uint64, index func(uint64) (uint64, error)) ([]byte, error) {
	r := dwexpr.Reader{P: data}
	var other []byte
	var indexErr error
	addrx := func() uint64 {
		a, err := index(r.ULEB())
		if err != nil {
			indexErr = err
		}
		return a
	}
	for !r.Bad && indexErr == nil {
		kind := byte(r.Fixed(1))
		if r.Bad {
			break
		}
		var low, high uint64
		switch kind {
		case lleEnd:
			return other, nil
		case lleBaseAddressx:
			base = addrx()
			continue
		case lleBaseAddress:
			base = r.Fixed(8)
			continue
		case lleViewPair:
			r.ULEB()
			r.ULEB()
			continue
		case lleStartxEndx:
			low, high = addrx(), addrx()
		case lleStartxLength:
			low = addrx()
			high = low + r.ULEB()
		case lleOffsetPair:
			low, high = base+r.ULEB(), base+r.ULEB()
		case lleStartEnd:
			low, high = r.Fixed(8), r.Fixed(8)
		case lleStartLength:
			low = r.Fixed(8)
			high = low + r.ULEB()
		case lleDefault:
			other = r.Bytes(r.ULEB())
			continue
		default:
			return nil, fmt.Errorf("location list has an entry of kind %#x", kind)
		}
		expr := r.Bytes(r.ULEB())
		if pc-low < high-low && low < high {
			return expr, nil
		}
	}
	if indexErr != nil {
		return nil, indexErr
	}
	return nil, fmt.Errorf("location list runs out of .debug_loclists")
}

// oldList reads the list at the start of data, a part of .debug_loc (DWARF 4,
// 2.6.2): pairs of addresses relative to base, each with an expression preceded
// by two length bytes. A pair that begins with the highest address sets base, a
// pair of zeros ends the list.
func oldList(data []byte, base, pc uint64) ([]byte, error) {
	r := dwexpr.Reader{P: data}
	for {
		low, high := r.Fixed(8), r.Fixed(8)
		switch {
		case r.Bad:
			return nil, fmt.Errorf("location list runs out of .debug_loc")
		case low == 0 && high == 0:
			return nil, nil
		case low == ^uint64(0):
			base = high
			continue
		}
		expr := r.Bytes(r.Fixed(2))
		if low < high && pc-(base+low) < high-low {
			return expr, nil
		}
	}
}

// splitList reads the list at the start of data, a part of .debug_loc.dwo. GNU's split
// DWARF 4 has its own entries (DW_LLE_GNU_*, GCC wiki, DebugFission); GCC and LLVM emit
// only start addresses with a length of 4 bytes.
func splitList(data []byte, index func(uint64) (uint64, error), pc uint64) ([]byte, error) {
	r := dwexpr.Reader{P: data}
	for {
		kind := r.Fixed(1)
		switch {
		case r.Bad:
			return nil, fmt.Errorf("location list runs out of .debug_loc")
		case kind == lleEnd:
			return nil, nil
		case kind != lleStartxLength:
			return nil, fmt.Errorf("location list has an entry of kind %#x", kind)
		}
		low, err := index(r.ULEB())
		if err != nil {
			return nil, err
		}
		length := r.Fixed(4)
		if expr := r.Bytes(r.Fixed(2)); pc-low < length {
			return expr, nil
		}
	}
}

// addrx reads entry n of the unit's part of .debug_addr: a file address or
// a constant.
func (i *Info) addrx(die dwarf.Offset, n uint64) (uint64, error) {
	u, ok := i.mod.UnitOf(die)
	if !ok {
		return 0, fmt.Errorf("no unit at DWARF offset %#x", die)
	}
	data := u.Section(".debug_addr")
	if n > uint64(len(data)) || uint64(u.AddrBase)+n*8+8 > uint64(len(data)) {
		return 0, fmt.Errorf("address %d is not in .debug_addr", n)
	}
	return binary.LittleEndian.Uint64(data[uint64(u.AddrBase)+n*8:]), nil
}

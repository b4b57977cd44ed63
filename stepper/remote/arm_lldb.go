package remote

import (
	"fmt"
	"strconv"
	"strings"

	"rseqstep/stepper/machine"
)

// Sets of registers, named as in lldb-server.
const (
	setScalable = "Scalable Vector Extension Registers"
	setPointers = "Pointer Authentication Registers"
	setThread   = "Thread Local Storage Registers"
)

// lldb implements layout.
func (l arm) lldb(now *machine.Regs, area []byte) []register {
	regs := l.named()
	inSet(regs, setGeneral)
	length := vectorLength(area)
	vectors := fixedVectors("")
	if length > 0 {
		vectors = scalable(length)
	}
	float := append(vectors, statusRegisters()...)
	inSet(float, setFloat)
	regs = append(regs, float...)
	if length > 0 {
		sve := append([]register{granules()}, predicates(length)...)
		inSet(sve, setScalable)
		regs = append(regs, sve...)
	}
	if now.CodeMask() != 0 {
		masks := l.masks("data_mask", "code_mask")
		inSet(masks, setPointers)
		regs = append(regs, masks...)
	}
	thread := []register{user(l.Arch, l.ThreadPointer, 8, "int")}
	inSet(thread, setThread)
	return append(regs, thread...)
}

// parts implements layout: the registers of 32 bits, and what the vector registers begin with.
func (l arm) parts(regs []register) []parts {
	words := parts{set: setGeneral}
	for n := range 29 {
		words.list = append(words.list, partial{name: fmt.Sprintf("w%d", n), of: l.Names[l.Shown[n]], size: 4})
	}
	vectors := parts{before: "fpsr", set: setFloat}
	whole := ""
	for i := range regs {
		switch name := regs[i].name; name {
		case "v0", "z0":
			whole, words.before = name[:1], name
		}
	}
	for _, kind := range []struct {
		letter string
		size   int
	}{{"v", vectorSize}, {"s", 4}, {"d", 8}} {
		if kind.letter == whole {
			continue
		}
		for n := range vectorCount {
			vectors.list = append(vectors.list, partial{name: fmt.Sprint(kind.letter, n), of: fmt.Sprint(whole, n), size: kind.size, real: kind.size < vectorSize})
		}
	}
	return []parts{words, vectors}
}

// number implements layout: the flags as lldb counts them, SVE's registers as DWARF does (AADWARF64, 4.1).
func (l arm) number(name string) (int, bool) {
	switch name {
	case l.Names[l.Flags]:
		return 33, true
	case "vg":
		return 46, true
	case "ffr":
		return 47, true
	}
	for letter, first := range map[string]int{"p": 48, "z": 96} {
		if digits, ok := strings.CutPrefix(name, letter); ok {
			n, err := strconv.Atoi(digits)
			return first + n, err == nil
		}
	}
	return 0, false
}

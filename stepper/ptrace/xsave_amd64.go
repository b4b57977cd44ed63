//go:build linux && amd64

package ptrace

import "sync"

// XSaveComponent is the offset and size in bytes of state component n in an
// XSAVE area of the standard format; zeros if this processor does not have it
// (CPUID leaf 0dh, subleaf n: size in eax, offset in ebx; Intel SDM volume 1,
// 13.2).
func XSaveComponent(n int) (offset, size int) {
	if n < 2 || n >= len(components()) {
		return 0, 0
	}
	c := components()[n]
	return c.offset, c.size
}

type component struct{ offset, size int }

// components are those of this processor. CPUID is read once: a hypervisor intercepts
// each use, which costs more than everything else for a thread's registers.
var components = sync.OnceValue(func() (all [63]component) {
	for n := range all {
		all[n].offset, all[n].size = cpuidComponent(n)
	}
	return all
})

func cpuidComponent(n int) (offset, size int) {
	const leaf = 0xd
	if most, _, _, _ := cpuid(0, 0); most < leaf || n < 2 {
		return 0, 0
	}
	length, at, _, _ := cpuid(leaf, uint32(n))
	return int(at), int(length)
}

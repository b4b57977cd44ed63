package stepper

// XSaveComponent is where state component n lies in an XSAVE area of the
// standard format and how long it is, in bytes; zeros for one this processor
// does not have (CPUID leaf 0dh, subleaf n: size in eax, offset in ebx; Intel
// SDM volume 1, 13.2).
func XSaveComponent(n int) (offset, size int) {
	const leaf = 0xd
	if most, _, _, _ := cpuid(0, 0); most < leaf || n < 2 {
		return 0, 0
	}
	length, at, _, _ := cpuid(leaf, uint32(n))
	return int(at), int(length)
}

package stepper

// cpuid is the processor's CPUID instruction.
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

// zmmUpper is where the upper halves of zmm0 to zmm15 lie in an XSAVE area of
// the standard format, in bytes; 0 on a processor without AVX-512 (CPUID leaf
// 0dh, subleaf 6: size in eax, offset in ebx; Intel SDM volume 1, 13.2).
func zmmUpper() int {
	const leaf, component = 0xd, 6
	if most, _, _, _ := cpuid(0, 0); most < leaf {
		return 0
	}
	size, offset, _, _ := cpuid(leaf, component)
	if size == 0 {
		return 0
	}
	return int(offset)
}

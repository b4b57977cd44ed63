package unit

// cpuid is the processor's CPUID instruction.
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

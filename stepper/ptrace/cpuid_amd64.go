//go:build linux && amd64

package ptrace

// cpuid is the processor's CPUID instruction.
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

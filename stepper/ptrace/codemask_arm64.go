package ptrace

// CodeMask is the bits of an address of code that hold its signature (pointer authentication) in every
// process of this machine; 0 if nothing is signed. The kernel sets the size of addresses once for all
// (ptrauth_user_pac_mask in asm/pointer_auth.h) and tells it with a traced thread only (NT_ARM_PAC_MASK);
// the processor removes signatures by it.
func CodeMask() uint64 {
	const signed = 1<<55 - 1 // bit 55 tells the kernel's addresses; above it no address of a program has a signature
	return signed &^ withoutSignature(signed)
}

// withoutSignature executes xpaclri, which a processor without pointer authentication ignores.
func withoutSignature(address uint64) uint64

//go:build !arm64

package ptrace

// CodeMask is the bits of an address of code that hold its signature; here none do.
func CodeMask() uint64 { return 0 }

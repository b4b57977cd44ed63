package perf

import "unsafe"

// word is the 64-bit number at an offset of a mapped page, for atomic use.
func word(page []byte, offset int) *uint64 { return (*uint64)(unsafe.Pointer(&page[offset])) }

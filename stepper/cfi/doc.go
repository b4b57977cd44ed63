// Package cfi reads call frame information: .eh_frame and .debug_frame (DWARF 5 section
// 6.4; LSB, "Exception Frames"). It has no access to a process or to register values: a
// Row contains the rules for unwinding the frame at an address, and the caller applies
// them.
package cfi

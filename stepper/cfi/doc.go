// Package cfi reads call frame information: .eh_frame and .debug_frame (DWARF 5
// section 6.4; LSB, "Exception Frames"). It knows no process and no registers' values:
// a Row says how the frame at an address is left, whoever has the registers does it.
package cfi

// Package source declares the source-level terms of a program (functions, lines, frames) and the
// interface Symbols that answers for them. Package symbols implements it from DWARF and ELF.
//
// # Decisions, and what was refused
//
// The package is below the Engine, so that stepper/line and stepper/points, which decide with
// these types, do not need the Engine. Refused: that a package which calls one or two methods
// takes the whole interface Symbols. Such a package declares the methods it calls, and Symbols
// has them.
package source

// Package source names what a program was compiled from: functions, lines, frames, and
// the Symbols that answer for them. Package symbols answers from DWARF and ELF.
//
// # Decisions, and what was refused
//
// The words lie below the Engine, so that what decides by them (stepper/line,
// stepper/points) needs no Engine. Refused: an interface of all of Symbols where one or
// two of its questions are asked. A package names those that it asks, and Symbols has
// them.
package source

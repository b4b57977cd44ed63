// Package code reads a file for the rules of `rseqstep check`: what it declares, the code of its
// critical sections, and the code around them. It judges nothing: package check/rules does.
//
// Everything is at file addresses: a File stands at bias 0, so that a table.Addr in an answer is
// the address that the file states. Declarations are read for every machine; code only for those
// whose instructions package stepper/machine knows, and only in linked files, because an object
// file's branches are not relocated yet.
//
// # Decisions
//
// A section's instructions are those that control reaches (machine.Body). Two memory operands are
// one place if they are the same sum of the same contents of registers (Section.Accesses): that is
// decided in the order of the code, without knowing what the registers hold. Refused: the symbolic
// values of package opv, which are words for people.
//
// The function around a section is taken from the symbols; without them, from call frame
// information. A branch from elsewhere into a section is found by its bytes and then counts only
// if the flow of its own function reaches it as an instruction.
package code

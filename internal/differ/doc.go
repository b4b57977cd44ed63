// Command differ compares rseqstep with gdb on generated programs.
//
//	go run ./internal/differ                   one round of the fixed seeds
//	go run ./internal/differ -for 30m          new seeds for half an hour
//	go run ./internal/differ -seed 17 -v       one seed, with every command
//
// A seed determines a C or C++ program and a list of commands. The program is built by a
// compiler with an optimization level and a DWARF version, both debuggers carry out the same
// commands on it, and each answer is compared with gdb's (compare.go). A different value is a
// fault: the rule is that rseqstep answers with an error where it does not know. An error where
// gdb has a value is counted as missing. Where gdb itself is wrong, known.go says why.
package main

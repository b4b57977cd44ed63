// Package ops is the common part of `rseqstep opv` and `info rseq ops`: it selects
// sections, describes what each of them does as a cpu_opv vector in words, and writes that
// description.
//
// Refused: an example vector with values in it. Values exist only in a thread that is about
// to run the section; the command `opv` shows them.
package ops

// Package ops is what `rseqstep opv` and `info rseq ops` have in common: which
// sections are meant, what each of them does as a cpu_opv vector in words, and
// how that is written.
//
// Refused: an example vector with values in it. Values exist only in a thread
// that is about to run the section; the command `opv` shows them.
package ops

// Package demo steps a small program in two ways and tells what happens: as a
// plain single-stepper does, with PTRACE_SINGLESTEP and nothing else, and with the
// engine. Every number it prints was counted during the run.
//
// Decision: the plain stepper is our own Target, not another debugger. It needs
// nothing installed, and one loop of PTRACE_SINGLESTEP is what every debugger's
// `stepi` comes down to.
package demo

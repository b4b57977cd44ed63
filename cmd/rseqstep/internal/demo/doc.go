// Package demo steps a small program in two ways and describes what happens: as a plain
// single-stepper does, with PTRACE_SINGLESTEP and nothing else, and with the engine. Every
// number that it prints was counted during the run.
//
// Decision: the plain stepper uses our own Target, not another debugger. It needs nothing
// installed, and every debugger's `stepi` is in the end a loop of PTRACE_SINGLESTEP.
package demo

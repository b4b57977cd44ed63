// Package units runs one thread over one instruction, or over the unit that begins there: a
// critical section or a vDSO function. It is the part of the debugger that knows how a thread
// passes a section: natively to the first exit, by a cpu_opv vector, in a quiet phase, or by
// running to the end of the function.
//
// Runner makes the moves of units and chooses the rung of the ladder. Phases are the quiet phases
// of the process's threads. Both return moves and decisions (package drive) and resume no thread
// themselves. What they need from others is in Parts; the decisions that depend only on
// registers, memory and sections are in package rseq.
package units

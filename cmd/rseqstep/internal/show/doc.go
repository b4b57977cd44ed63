// Package show formats the debugger's output: a stop, a frame, a source line, a unit's
// outcome, a signal's name; as text like gdb's, or as JSON. Its functions take values and
// return text; none accesses a process.
//
// Decisions:
//   - A stop has gdb's wording, because front ends and users know it. What gdb has no
//     words for (units, notes) follows below it, one line each, after "rseq:", "vdso:" or
//     "note:".
//   - JSON has one object per stop, which contains the unit reports. Its "version" field
//     counts incompatible changes; text may change at any time, JSON may not.
//
// Refused: gdb's MI. A front end that speaks MI expects all of gdb behind it.
package show

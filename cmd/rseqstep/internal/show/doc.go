// Package show puts what the debugger has to say into words: a stop, a frame,
// a source line, a unit's outcome, a signal's name; as text like gdb's, or as
// JSON. Its functions get values and return text; nothing in it touches a
// process.
//
// Decisions:
//   - The wording of a stop is gdb's, because front ends and eyes are trained on
//     it. What gdb has no words for (units, notes) stands below it, one line
//     each, behind "rseq:", "vdso:" or "note:".
//   - JSON has one object a stop, with the unit reports in it, and is versioned by
//     its "version" field; text is free to change, JSON is not.
//
// Refused: gdb's MI. A front end that speaks MI expects all of gdb behind it.
package show

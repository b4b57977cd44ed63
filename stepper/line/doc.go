// Package line answers the questions of source line stepping from registers, memory and symbols:
// which code belongs to the line (Program.Cover), whether the step ends at a place
// (Program.Arrive), which calls it enters, and where exceptions and longjmps lead. It moves no
// process.
//
// # Decisions, and what was refused
//
// A Walk is a value that belongs to its caller; a Program changes it only in Arrive and Land,
// when the walk continues in another frame. Refused: a Program for each step, which would search
// for the landings each time.
package line

// Package line answers what stepping through source lines asks about a program, from
// registers, memory and symbols: which code counts as the line (Program.Cover), whether
// a place is where the step ends (Program.Arrive), which calls are entered, and where
// exceptions and longjmps lead. It has no process to move.
//
// # Decisions, and what was refused
//
// A Walk is a value that its owner keeps; a Program changes it only in Arrive and Land,
// where the walk goes on in another frame. Refused: a Program for each step, which would
// look for the landings each time.
package line

// Package line answers what stepping through source lines asks about a program, from
// registers, memory and symbols. It has no process to move.
//
// # Decisions, and what was refused
//
// What is asked of symbols is handed in as a function. Refused: an interface of all that
// symbols can tell, since tests would have to make one up for each question.
package line

// Package commands is the prompt's commands, one file a family. Each family is
// a function that returns its commands as closures over the Session; All puts
// them into one table.
//
// Names, abbreviations, arguments and answers are gdb's wherever gdb has the
// command, so that hands and scripts carry over.
package commands

// Package commands contains the prompt's commands. Each family is a function that returns
// its commands as closures over the Session; All builds one table of them.
//
// If gdb has a command, ours has gdb's name, abbreviations, arguments and answers, so that
// habits and scripts carry over.
package commands

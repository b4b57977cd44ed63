package prompt

import "slices"

// Class groups commands in `help`.
type Class string

// The classes, in the order `help` lists them.
const (
	Running     Class = "running"
	Breakpoints Class = "breakpoints"
	Stack       Class = "stack"
	Data        Class = "data"
	Files       Class = "files"
	Status      Class = "status"
	Support     Class = "support"
)

// Classes returns every class with its title, in the order `help` shows them.
func Classes() []struct {
	Class Class
	Title string
} {
	return []struct {
		Class Class
		Title string
	}{
		{Running, "Running the program"},
		{Breakpoints, "Making the program stop at certain points"},
		{Stack, "Examining the stack"},
		{Data, "Examining data"},
		{Files, "Specifying and examining files"},
		{Status, "Status inquiries"},
		{Support, "Support facilities"},
	}
}

// Repeat says what an empty line does after a command.
type Repeat int

const (
	RepeatNot  Repeat = iota // do nothing
	RepeatSame               // run the same line again
	RepeatBare               // run the command and its format without arguments, to continue where it ended
)

// Command is one command of the prompt, or of a command with subcommands (`info`,
// `set`, `show`).
type Command struct {
	Name    string
	Aliases []string // other full names and abbreviations; they take precedence over prefixes
	Class   Class
	Usage   string // the arguments, as help shows them: "[LOCATION] [if COND]"
	Short   string // one line, without a full stop
	Long    string // further paragraphs; may be empty
	Repeat  Repeat
	Subs    *Registry // commands that may follow; nil for none
	Block   bool      // the command reads a block of lines, up to "end"

	// Run gets the rest of the line without surrounding white space. A format that
	// follows the name without a space comes first: "/x expr". With Subs set, Run gets
	// what no subcommand matched; if it is nil, that is an error.
	Run func(args string) error

	// Complete returns the possible words in place of the last word of args; nil for
	// none. It need not filter by prefix.
	Complete func(args string) []string

	// Ranked says that Complete returns the best words first; otherwise they are sorted.
	Ranked bool
}

// Is reports whether a word is the command's name or one of its aliases.
func (c *Command) Is(word string) bool { return c.Name == word || slices.Contains(c.Aliases, word) }

package check

// Rule is one rule that programs with restartable sequences have to obey.
type Rule struct {
	Name     string   // stable: "store-before-commit"
	Family   string   // heading in the catalogue: "The code of a section"
	Severity Severity // of its findings, if they do not differ
	Title    string   // what is wrong, in a few words: "memory is changed before the commit"
	Says     string   // the rule, in sentences
	Sources  []Source // who says so
	On       Table    // what a violation does
	Advice   string   // what to do about it
	Running  bool     // found by watching a running program; else by reading a file
}

// order compares rules by how their findings are made: what happened in the program comes first.
func (r *Rule) order(other *Rule) int {
	switch {
	case r.Running == other.Running:
		return 0
	case r.Running:
		return -1
	}
	return 1
}

// Source is where a rule is written down.
type Source struct {
	Text string // "include/uapi/linux/rseq.h: struct rseq_cs", "Linux commit 0123456789ab \"subject\" (v6.1)"
	URL  string // "" for none
}

// Effect is what a violation does on a kernel.
type Effect uint8

const (
	Nothing Effect = iota // no effect
	Tools                 // debuggers and other readers of the file are misled; the program is not
	Debug                 // killed if rseq debug mode is on, else nothing
	Refused               // a system call fails, or a feature is missing
	Wrong                 // wrong results: lost or doubled updates, updates of another CPU's data
	Killed                // the kernel ends the program by SIGSEGV
)

func (e Effect) String() string {
	names := [...]string{"nothing", "misleads tools", "killed in debug mode", "refused", "wrong results", "killed"}
	if int(e) < len(names) {
		return names[e]
	}
	return "unknown effect"
}

// MarshalText writes the name.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Consequence is an effect, and how it comes about.
type Consequence struct {
	Effect Effect
	Text   string // a sentence without its full stop; "" if the effect says it all
}

func (c Consequence) String() string {
	if c.Text == "" {
		return c.Effect.String()
	}
	return c.Text
}

// Table is the consequence of a violation on each group of kernels.
type Table [numKernels]Consequence

// Everywhere is the Table of a violation that all kernels treat alike.
func Everywhere(e Effect, text string) Table {
	var t Table
	for k := range t {
		t[k] = Consequence{e, text}
	}
	return t
}

// Concerns reports whether a violation has an effect on one of some kernels.
func (t *Table) Concerns(list []Kernel) bool {
	for _, k := range list {
		if t[k].Effect != Nothing {
			return true
		}
	}
	return false
}

// Group is kernels in a row that treat a violation alike.
type Group struct {
	Kernels string // their names: "Linux 6.18 and older; 6.19 to 7.0", "All kernels"
	Consequence
}

// Groups are the consequences on some kernels, which are sorted.
func (t *Table) Groups(kernels []Kernel) (groups []Group) {
	for n := 0; n < len(kernels); {
		names := "Linux " + kernels[n].String()
		next := n + 1
		for next < len(kernels) && t[kernels[next]] == t[kernels[n]] {
			names += "; " + kernels[next].String()
			next++
		}
		if next-n == int(numKernels) {
			names = "All kernels"
		}
		groups = append(groups, Group{names, t[kernels[n]]})
		n = next
	}
	return groups
}

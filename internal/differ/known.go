package main

import "regexp"

// difference is a place where gdb and rseqstep answer differently, and rseqstep is right, or
// as right as gdb.
type difference struct {
	command, gdb, ours *regexp.Regexp // nil: any
	why                string
}

func re(s string) *regexp.Regexp {
	if s == "" {
		return nil
	}
	return regexp.MustCompile(s)
}

// knownDifferences is the table of gdb's own errors.
var knownDifferences = []difference{
	{re(`^print -`), re(`\b0\b`), re(`-0\b`), "gdb subtracts from 0, which gives 0 for 0.0; C's negative is -0.0"},
	{re(`^print -.*half`), nil, nil, "gdb 13 drops the sign of the negative of a _Float16"},
	{re(`^print/[a-z]`), nil, re(` \+ .*i\b`), "gdb formats a complex number as one integer if it is that small"},
	{re(`^whatis \$`), nil, re(`^type = alias\d+$`), "gdb forgets the typedef of a returned character"},
	{re(`^(print|whatis|ptype) [*&]?(twice|refs|over|closed|made)`), nil, re(`may be inlined`), "gdb gives the function that a call was inlined into, or nothing"},
	{nil, re(`<\w+\[\w+\]`), nil, "gdb takes clang's name of a static variable of a function for one of the language D"},
	{re(`^finish`), re(`Python Exception|Cannot access memory`), nil, "gdb's printers do not find a type, or the list that was returned"},
	{re(`^finish`), re(`std::(__cxx11::)?list = .*\.\.\.\}`), nil, "a returned list ends at its own address, which gdb does not know"},
	{re(`^whatis .*\.size\(\)`), re(`std::size_t`), nil, "gdb's methods name the type of a size"},
	{re(`^whatis`), re(`std::(less|hash|equal_to)<`), re(`^[^,]*(, [^,]*)?$`), "gdb's type printers do not find the default argument's type"},
	{re(`^print dynamic_cast`), re(`<vtable`), nil, "gdb takes the table of virtual functions for the object"},
	{re(`^(print|whatis|ptype) over$`), re(`\(`), re(`\(`), "one of several overloaded functions"},
	{re(`^print \((VA|VB|Left|Right) ?\*\)\s*p[vlrb]`), nil, nil, "gdb does not go from a virtual base class to a class between it and the whole object"},
}

func knownDifference(command, theirs, ours string) string {
	for _, d := range knownDifferences {
		if (d.command == nil || d.command.MatchString(command)) && (d.gdb == nil || d.gdb.MatchString(theirs)) && (d.ours == nil || d.ours.MatchString(ours)) {
			return d.why
		}
	}
	return ""
}

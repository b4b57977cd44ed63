package stepper

import "rseqstep/stepper/source"

// What is asked about a program's source, and what it is answered with, for clients of
// the Engine.
type (
	Symbols  = source.Symbols
	Line     = source.Line
	Function = source.Function
	Frame    = source.Frame
	Place    = source.Place
	Range    = source.Range
)

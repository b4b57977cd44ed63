package stepper

import "rseqstep/stepper/source"

// The questions about a program's source and their answers, for clients of the Engine.
type (
	Symbols  = source.Symbols
	Line     = source.Line
	Function = source.Function
	Frame    = source.Frame
	Place    = source.Place
	Range    = source.Range
)

package symbols

import (
	"strings"

	"rseqstep/stepper"
)

// crateOnly drops places that a bare name does not mean if it is that of a function of the
// program's own crates: functions of Rust's library, and for "main" the main of C, which rustc
// makes and which calls Rust's.
func crateOnly(places []stepper.Place, function string) []stepper.Place {
	var own []stepper.Place
	for _, p := range places {
		if strings.HasSuffix(p.Line.File, ".rs") && !RustLibrary(p.Line.File) {
			own = append(own, p)
		}
	}
	if strings.Contains(function, "::") || len(own) == 0 {
		return places
	}
	for _, p := range places {
		if !strings.HasSuffix(p.Line.File, ".rs") && !(function == "main" && p.Line.File == "") {
			own = append(own, p)
		}
	}
	return own
}

// RustLibrary reports whether a file is of Rust's library: rustc names its files after its own
// commit, or where a distribution keeps its source; with the source installed they are below rustlib.
func RustLibrary(file string) bool {
	return strings.HasPrefix(file, "/rustc/") || strings.HasPrefix(file, "/usr/src/rustc-") || strings.Contains(file, "/rustlib/src/rust/")
}

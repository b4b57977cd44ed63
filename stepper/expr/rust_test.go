package expr_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// warning is what gdb writes into an answer about the address of a trait object's functions.
var warning = regexp.MustCompile(`warning: \(.*\)\n`)

// TestRustAgreesWithGDB compares the values and types of a Rust program with what gdb, which knows
// Rust, shows of them. The lists omit what differs on purpose: gdb computes with C's types, and
// cannot resolve crate:: and types without their path.
func TestRustAgreesWithGDB(t *testing.T) {
	exe := compile(t, t.TempDir(), filepath.Join("..", "..", "testdata", "rust.rs"), "-g")
	for _, c := range []struct {
		name, at string
		beyond   [][2]string
	}{
		{"values", "rust::stop", beyondGDB},
		{"scalars", "rust::stop if n == -3", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := commands(t, "testdata/rust_"+c.name+".cmds")
			p := oracle(t, exe, c.at, list)
			for n, a := range p.answers {
				p.answers[n] = warning.ReplaceAllString(a, "")
			}
			p.check(t, list)
			for _, c := range c.beyond {
				if got := strings.TrimPrefix(strip(p.run(c[0])), "type = "); got != c[1] {
					t.Errorf("%s: %s, want %s", c[0], got, c[1])
				}
			}
		})
	}
}

// beyondGDB are answers that differ from gdb's on purpose: gdb computes with C's types, needs a
// type's whole path, and has no crate:: and no fields of a tuple behind a reference.
var beyondGDB = [][2]string{
	{"whatis n + 1", "i64"},
	{"whatis sizeof(n)", "usize"},
	{"print nested.1.1.0", "3"},
	{"print pair.1", "2"},
	{"print crate::COUNT", "41"},
	{"print ::rust::COUNT", "41"},
	{"print inner::DEEP", "9"},
	{"print crate::inner::DEEP + 1", "10"},
	{"whatis Data<u8>", "rust::Data<u8>"},
	{"whatis rust::Data<u8>", "rust::Data<u8>"},
	{"whatis core::option::Option<u32>", "core::option::Option<u32>"},
	{"ptype inner::Point", "struct rust::inner::Point {\n  x: i32,\n  y: i32,\n}"},
	{"whatis rust::Gen<u64,&str>", "rust::Gen<u64, &str>"},
	{"print sizeof(rust::Gen<u64, &str>)", "24"},
	{"print sizeof([i32; 3])", "12"},
	{"whatis *mut i32", "*mut i32"},
	{"whatis &[i16]", "&[i16]"},
	{"whatis [i32; 3]", "[i32; 3]"},
	{"whatis ()", "()"},
	{"print arr[1..]", "[-2, 3]"},
	{"print arr[..2]", "[1, -2]"},
	{"print &arr[1..]", "&[i16] [-2, 3]"},
	{"print slice[..]", "[-2, 3]"},
	{"print arr[2..1]", "error: The range 2..1 is outside of a slice of 3"},
	{"print slice[2]", "error: index 2 is outside of a slice of 2"},
	{"print 'é'", `233 '\xe9'`},
	{"print 'é' == '\\u{e9}'", "true"},
	{"print no_slice", "&[u64] []"},
	{"print (1, 2)", "error: Tuple expressions not supported yet"},
	{"print 300u8", "error: Invalid number \"300u8\"."},
	{"print i32::nosuch", "error: There is no field named nosuch"},
	{"print <rust::Pt as rust::Speak>::speak as usize == rust::{impl#1}::speak as usize", "true"},
	{"print n = 3", "3"},
	{"print n += 2", "5"},
	{"print arr[0] = -9", "-9"},
	{"print arr", "[-9, -2, 3]"},
	{"print tup.0 = 7", "7"},
	{"print tup.0", "7"},
}

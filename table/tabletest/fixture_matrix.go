package tabletest

import "strings"

// Matrix is every build of a source: {ld, lld} × {no-pie, PIE, RELR, static,
// .so, .o} × {__rseq_cs, __rseq_table, pointer array dropped} × {-O0, -O2} ×
// {DWARF 4, 5} × {glibc's registration, the program's own}. An object file is
// not linked, so it is listed for ld alone. That makes 264; Pairs is for tests
// that do not need all of them. A source whose name begins with "lib" has no
// main: it is built only as .so and .o.
func Matrix(source string, extra ...string) []Fixture {
	shapes := []Shape{PIE, NoPIE, RELR, Static, Shared, Object}
	if strings.HasPrefix(source, "lib") {
		shapes = []Shape{Shared, Object}
	}
	var all []Fixture
	for _, linker := range []Linker{LD, LLD} {
		for _, shape := range shapes {
			if shape == Object && (linker == LLD || len(extra) > 0) {
				continue
			}
			for _, table := range []Table{RseqCS, RseqTable, NoPointers} {
				for _, opt := range []string{"-O0", "-O2"} {
					for _, dwarf := range []int{5, 4} {
						for _, own := range []bool{false, true} {
							all = append(all, Fixture{
								Source: source, Extra: extra, Linker: linker, Shape: shape,
								Table: table, Opt: opt, DWARF: dwarf, Own: own,
							})
						}
					}
				}
			}
		}
	}
	return all
}

// Pairs is a small part of Matrix in which every pair of values of two columns
// that occurs in Matrix occurs once. It is the same at every call.
func Pairs(source string, extra ...string) []Fixture {
	all := Matrix(source, extra...)
	open := make(map[pair]bool)
	for _, f := range all {
		for _, p := range f.pairs() {
			open[p] = true
		}
	}
	var chosen []Fixture
	for len(open) > 0 {
		best, most := 0, -1
		for i, f := range all {
			covers := 0
			for _, p := range f.pairs() {
				if open[p] {
					covers++
				}
			}
			if covers > most {
				best, most = i, covers
			}
		}
		for _, p := range all[best].pairs() {
			delete(open, p)
		}
		chosen = append(chosen, all[best])
	}
	return chosen
}

// pair is two columns of the matrix, the lower one first, and their values.
type pair struct {
	i, j int
	a, b any
}

func (f Fixture) pairs() []pair {
	columns := []any{f.Linker, f.Shape, f.Table, f.Opt, f.DWARF, f.Own}
	var all []pair
	for i, a := range columns {
		for j := i + 1; j < len(columns); j++ {
			all = append(all, pair{i, j, a, columns[j]})
		}
	}
	return all
}

package expr

import (
	"slices"
	"testing"
)

// Template arguments are named as gdb names them; everything else of a name stays as it is.
func TestTemplateArgumentsHaveGdbsNames(t *testing.T) {
	for name, want := range map[string]string{
		"std::vector<int, std::allocator<int> >":                       "std::vector<int, std::allocator<int> >",
		"std::map<std::string, int>":                                   "std::map<std::string, int>",
		"pair<const std::__cxx11::basic_string<char>, long int>":       "pair<std::__cxx11::basic_string<char> const, long>",
		"a<long unsigned int, short int>":                              "a<unsigned long, short>",
		"a<b<unsigned char>, long long int >::c<short unsigned int>":   "a<b<unsigned char>, long long>::c<unsigned short>",
		"f<long int*, int (*)(long int)>":                              "f<long*, int (*)(long)>",
		"f<void (), int (&)(short int, const char *), long int [3]>":   "f<void (), int (&)(short, char const*), long[3]>",
		"m<Point *, const Point *const, unsigned long const>":          "m<Point*, Point const*const, unsigned long const>",
		"(anonymous namespace)::a<(anonymous namespace)::b, (char)37>": "(anonymous namespace)::a<(anonymous namespace)::b, (char)37>",
		"std::array<int, 3UL>":                                         "std::array<int, 3ul>",
		"std::array<int, 3>":                                           "std::array<int, 3>",
		"long int":                                                     "long int",
	} {
		if got := canonical(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCompilersNamesAreThoseInTheirDebugInformation(t *testing.T) {
	for name, want := range map[string][]string{
		"std::map<int, char const*>":                     {"std::map<int, const char *>"},
		"a<unsigned long, b<short> const, Point const*>": {"a<long unsigned int, b<short int> const, Point const*>", "a<unsigned long, const b<short>, const Point *>"},
		"std::array<int, 3ul>":                           {"std::array<int, 3UL>"},
		"int":                                            nil,
	} {
		if got := compilersNames(name); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

package symbols

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

var breakpointAddress = regexp.MustCompile(`0x0000[0-9a-f]+`)

// gdbPlaces returns gdb's breakpoint addresses, sorted, for each location, and
// whether gdb rejects it as a line without code. (If the next line with code
// belongs to another function, gdb 16 and later reject the location, older ones
// use that line.)
func gdbPlaces(t *testing.T, program string, locations []string) (places [][]table.Addr, refused []bool) {
	t.Helper()
	var commands []string
	for i, l := range locations {
		commands = append(commands, fmt.Sprintf("echo PLACE %d\\n", i), "python\ntry:\n  gdb.execute(\"break "+l+"\")\nexcept gdb.error as e:\n  print(e)\nend", "info breakpoints", "delete")
	}
	text := gdb(t, program, commands...)
	out := make([][]table.Addr, len(locations))
	refused = make([]bool, len(locations))
	for i := range locations {
		_, rest, _ := strings.Cut(text, fmt.Sprintf("PLACE %d\n", i))
		rest, _, _ = strings.Cut(rest, "PLACE ")
		refused[i] = strings.Contains(rest, "No compiled code for line")
		seen := map[table.Addr]bool{}
		for _, a := range breakpointAddress.FindAllString(rest, -1) {
			n, err := strconv.ParseUint(a, 0, 64)
			if err != nil {
				t.Fatal(err)
			}
			if !seen[table.Addr(n)] {
				seen[table.Addr(n)] = true
				out[i] = append(out[i], table.Addr(n))
			}
		}
		sort.Slice(out[i], func(a, b int) bool { return out[i][a] < out[i][b] })
	}
	return out, refused
}

func comparePlaces(t *testing.T, program string, locations []string) {
	t.Helper()
	s := alone(t, program)
	found := 0
	places, refused := gdbPlaces(t, program, locations)
	for i, want := range places {
		var got []table.Addr
		ours, err := s.Lookup(locations[i], 0)
		for _, p := range ours {
			got = append(got, p.Addr)
			if p.Module != program || p.Function == "" {
				t.Errorf("Lookup(%q): place %+v without function or module", locations[i], p)
			}
		}
		_, line, _ := strings.Cut(locations[i], ":")
		if n, _ := strconv.Atoi(line); refused[i] && len(got) > 0 {
			if ours[0].Line.Line <= n {
				t.Errorf("Lookup(%q) = %+v, gdb says that the line has no code", locations[i], ours)
			}
			continue
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("Lookup(%q) = %v (%v), gdb %v", locations[i], got, err, want)
		}
		if (err == nil) != (len(got) > 0) {
			t.Errorf("Lookup(%q) = %d places and error %v", locations[i], len(got), err)
		}
		found += len(want)
	}
	if found == 0 {
		t.Fatal("gdb found no place at all")
	}
}

// lines is the locations of lines first to last of a file.
func lines(file string, first, last int) []string {
	var out []string
	for n := first; n <= last; n++ {
		out = append(out, fmt.Sprintf("%s:%d", file, n))
	}
	return out
}

func TestLookupFindsPlacesOfGDB(t *testing.T) {
	for _, flags := range builds(t) {
		t.Run(strings.Join(flags, ""), func(t *testing.T) {
			t.Parallel()
			comparePlaces(t, compile(t, "calls.c", flags...), append(lines("calls.c", 10, 65),
				"main", "leaf", "outer", "twice", "deep", "handler", "last", "_start", "nosuch", "calls.c:twice", "testdata/calls.c:33"))
			comparePlaces(t, compile(t, "names.cc", flags...), append(lines("names.cc", 5, 31),
				"main", "f", "ns::f", "g", "ns::g<int>", "g<double>", "ns::g<int>(int)", "A::m", "ns::A::m(int) const", "ns::A::m(int)",
				"A::s", "operator<", "ns::A::operator()", "anon", "(anonymous namespace)::anon", "ns::nosuch"))
			if slices.Contains(flags, "-O0") { // optimized, they are inlined calls without an instruction, which only gdb 18 finds
				comparePlaces(t, compile(t, "names.cc", flags...), []string{"ns::A::A", "~A"})
			}
		})
	}
}

func TestLookupFindsGoFunctions(t *testing.T) {
	program := buildGo(t, "hello.go")
	comparePlaces(t, program, []string{"main.main", "runtime.nanotime1", "time.Now", "runtime.mallocgc", "hello.go:22", "main.(*counter).add"})
	s := alone(t, program)
	for short, full := range map[string]string{"nanotime1": "runtime.nanotime1", "(*counter).add": "main.(*counter).add"} {
		a, err1 := s.Lookup(short, 0)
		b, err2 := s.Lookup(full, 0)
		if err1 != nil || err2 != nil || a[0] != b[0] {
			t.Errorf("Lookup(%q) = %v, %v; Lookup(%q) = %v, %v", short, a, err1, full, b, err2)
		}
	}
}

// A call whose code is in several pieces is entered at its DW_AT_entry_pc. gdb
// 13 takes its lowest address, through which the caller's code may run first.
func TestLookupFindsWhereInlinedCallsAreEntered(t *testing.T) {
	program := compile(t, "calls.c", "-gdwarf-4", "-O2", "-no-pie")
	s := alone(t, program)
	out, err := exec.Command(tabletest.NeedTool(t, "readelf"), "--debug-dump=info", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]bool{}
	for _, m := range regexp.MustCompile(`DW_AT_entry_pc +: (0x[0-9a-f]+)`).FindAllStringSubmatch(string(out), -1) {
		entries[m[1]] = true
	}
	places, err := s.Lookup("inner", 0)
	if err != nil || len(places) != 2 {
		t.Fatalf("Lookup(inner) = %v, %v", places, err)
	}
	for _, p := range places {
		if _, entering := s.Inlines(p.Addr); !entries[p.Addr.String()] || entering != 1 {
			t.Errorf("place %v is not where a call is entered (%d begin there)", p, entering)
		}
	}
}

func TestLookupTakesLinesFromWhereTheProgramStands(t *testing.T) {
	s := alone(t, compile(t, "calls.c", "-O0"))
	near := place1(t, s, "calls.c:33")
	for location, same := range map[string]string{"34": "calls.c:34", "+1": "calls.c:34", "-2": "calls.c:31", "+0": "calls.c:33"} {
		got, err := s.Lookup(location, near)
		if want := place1(t, s, same); err != nil || len(got) != 1 || got[0].Addr != want {
			t.Errorf("Lookup(%q) = %v, %v, want %v", location, got, err, want)
		}
	}
	if got, err := s.Lookup("34", 0); err != nil || got[0].Addr != place1(t, s, "calls.c:34") {
		t.Errorf("without a place, lines are not main's: %v, %v", got, err)
	}
}

// place1 is the address of a location that has exactly one.
func place1(t *testing.T, s *Set, location string) table.Addr {
	t.Helper()
	p, err := s.Lookup(location, 0)
	if err != nil || len(p) != 1 {
		t.Fatalf("Lookup(%q) = %v, %v", location, p, err)
	}
	return p[0].Addr
}

func TestLookupSaysWhatItDidNotFind(t *testing.T) {
	withDebug := compile(t, "calls.c", "-O0")
	without := compile(t, "calls.c", "-O0", "-g0")
	for _, c := range []struct {
		program, location, text string
		err                     error
	}{
		{withDebug, "foo", `function "foo" not defined`, ErrNoSymbol},
		{withDebug, "calls.c:999", `no line 999 in file "calls.c"`, ErrNoLine},
		{withDebug, "nosuch.c:3", `no source file named "nosuch.c"`, ErrNoSymbol},
		{withDebug, "calls.c:foo", `function "foo" not defined in "calls.c"`, ErrNoSymbol},
		{withDebug, "calls.c:", `"calls.c:" is not FILE:LINE, FILE:FUNCTION or a function`, ErrBadLocation},
		{withDebug, "", "no location given", ErrBadLocation},
		{withDebug, "-500", `line -442 is before the start of "` + source(t, "calls.c") + `"`, ErrBadLocation},
		{withDebug, "99999999999999999999", "line number 99999999999999999999 is too large", ErrBadLocation},
		{without, "calls.c:9", `no line 9 in file "calls.c": no debug information is loaded`, ErrNoDebugInfo},
		{without, "9", "no current source file: give the line as FILE:LINE", ErrNoDebugInfo},
	} {
		places, err := alone(t, c.program).Lookup(c.location, 0)
		var le *LookupError
		if len(places) > 0 || !errors.Is(err, c.err) || !errors.As(err, &le) || err.Error() != c.text {
			t.Errorf("Lookup(%q) = %v, %q; want %q", c.location, places, err, c.text)
		}
	}
}

func source(t *testing.T, name string) string {
	t.Helper()
	p, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

package session

import (
	"encoding/binary"
	"regexp"
	"slices"
	"strings"

	"github.com/ianlancetaylor/demangle"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/table"
)

// Event is what a catchpoint waits for that is a breakpoint on a function of a run-time
// library: the C++ exceptions of the Itanium ABI ("C++ ABI for Itanium: Exception Handling"),
// and the dynamic linker's r_brk (link.h).
type Event struct {
	Name     string // "throw", "rethrow", "catch", "load", "unload", as after `catch`
	function string // where it happens
	thrown   string // "exception thrown": what a stop says; "" for libraries
	listed   string // what `info breakpoints` says
	Matching string // a regular expression of the exception's type, or of the library's path; "" for all

	matching *regexp.Regexp
	known    []string // the libraries at the last look
	met      []string // the lines that a stop shows of libraries
}

// NewEvent returns the event of that name. pattern may be empty.
func NewEvent(name, pattern string) (*Event, error) {
	e := &Event{Name: name, Matching: pattern}
	switch name {
	case "throw":
		e.function, e.thrown, e.listed = "__cxa_throw", "exception thrown", "exception throw"
	case "rethrow":
		e.function, e.thrown, e.listed = "__cxa_rethrow", "exception rethrown", "exception rethrow"
	case "catch":
		e.function, e.thrown, e.listed = "__cxa_begin_catch", "exception caught", "exception catch"
	case "load", "unload":
		e.function, e.listed = "_dl_debug_state", name+" of library"
	}
	if pattern == "" {
		return e, nil
	}
	if name == "rethrow" {
		return nil, prompt.Message("rseqstep does not know the type of an exception that is thrown again; use \"catch throw %s\".", pattern)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, prompt.Message("Invalid regexp: %w", err)
	}
	e.matching = re
	return e, nil
}

// Library reports whether the event is about a library.
func (e *Event) Library() bool { return e.thrown == "" }

// Listed returns the lines of the last column of `info breakpoints`.
func (e *Event) Listed() string {
	switch {
	case e.Matching == "":
		return e.listed
	case e.Library():
		return e.listed + " matching " + e.Matching
	}
	return e.listed + "\n\tmatching: " + e.Matching
}

// CatchEvent sets a catchpoint for an event.
func (s *Session) CatchEvent(e *Event, b *Breakpoint) error {
	b.Event, b.Location = e, e.function
	b.Filter = func(tid int) (bool, error) { return s.happens(b, tid) }
	return s.Add(b)
}

// happens reports whether a thread at the event's function means the event.
func (s *Session) happens(b *Breakpoint, tid int) (bool, error) {
	if b.Event.Library() {
		return s.librariesChanged(b), nil
	}
	if b.Event.matching == nil {
		return true, nil
	}
	name, err := s.exceptionType(b, tid)
	return err == nil && b.Event.matching.MatchString(name), err
}

// look makes a catchpoint for libraries know those that are loaded now.
func (s *Session) look(b *Breakpoint) {
	if b.Event != nil && b.Event.Library() {
		b.Event.known = s.libraries()
	}
}

// libraries returns the paths of the files that are mapped, the program's among them.
func (s *Session) libraries() (paths []string) {
	if s.process == nil {
		return nil
	}
	for _, m := range s.process.engine.Image().Modules() {
		if strings.HasPrefix(m.Path, "/") {
			paths = append(paths, m.Path)
		}
	}
	return paths
}

// librariesChanged reports whether a library that b waits for has come or gone since the last look.
func (s *Session) librariesChanged(b *Breakpoint) bool {
	e := b.Event
	was, now := e.known, s.libraries()
	e.known, e.met = now, nil
	change, verb := missing(now, was), "loaded"
	if e.Name == "unload" {
		change, verb = missing(was, now), "unloaded"
	}
	for _, path := range change {
		if e.matching != nil && !e.matching.MatchString(path) {
			continue
		}
		if len(e.met) == 0 {
			e.met = append(e.met, "  Inferior "+verb+" "+path)
		} else {
			e.met = append(e.met, "    "+path)
		}
	}
	return len(e.met) > 0
}

// missing returns the elements of a that are not in b.
func missing(a, b []string) (list []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			list = append(list, x)
		}
	}
	return list
}

// exceptionType returns the name of the type of the exception that a thread throws or begins
// to catch. Error: what cannot be read of it.
func (s *Session) exceptionType(b *Breakpoint, tid int) (string, error) {
	r, err := s.process.engine.Regs(tid)
	if err != nil {
		return "", err
	}
	arguments := r.Arguments()
	typeInfo := table.Addr(arguments[1]) // __cxa_throw(object, type_info, destructor)
	if b.Event.Name == "catch" {
		// __cxa_begin_catch gets the _Unwind_Exception at the end of a __cxa_exception, whose
		// exceptionType is this number of bytes before it in libstdc++ (unwind-cxx.h) and in
		// libc++abi (cxa_exception.h), on machines of 64 bits.
		const before = 80
		if typeInfo, err = s.word(table.Addr(arguments[0]) - before); err != nil {
			return "", err
		}
	}
	name, err := s.word(typeInfo + 8) // a std::type_info is its virtual table and its name
	if err != nil {
		return "", err
	}
	text, err := s.CString(name)
	if err != nil {
		return "", err
	}
	text = strings.TrimPrefix(text, "*") // not unique: libstdc++ compares the address only
	if plain, err := demangle.ToString("_Z" + text); err == nil {
		return plain, nil
	}
	if plain, err := demangle.ToString("_ZTS" + text); err == nil {
		return strings.TrimPrefix(plain, "typeinfo name for "), nil
	}
	return text, nil
}

// exception returns the address and the type of the exception at whose catchpoint the thread is.
func (s *Session) exception(tid int) (table.Addr, string, error) {
	r, err := s.process.engine.Regs(tid)
	if err != nil {
		return 0, "", err
	}
	for _, b := range s.Breakpoints() {
		if b.Event == nil || b.Event.Library() || b.Event.Name == "rethrow" || !b.At([]stepper.Place{{Addr: r.PC()}}) {
			continue
		}
		object := table.Addr(r.Arguments()[0])
		if b.Event.Name == "catch" {
			object += 32 // sizeof(_Unwind_Exception) (psABI for x86-64): the object is behind it
		}
		class, err := s.exceptionType(b, tid)
		return object, class, err
	}
	return 0, "", prompt.Message("not stopped at a C++ exception catchpoint")
}

// word reads 8 bytes of the process's memory.
func (s *Session) word(a table.Addr) (table.Addr, error) {
	var b [8]byte
	if _, err := s.process.target.ReadMemory(a, b[:]); err != nil {
		return 0, err
	}
	return table.Addr(binary.LittleEndian.Uint64(b[:])), nil
}

// CString reads text of the process up to its zero byte.
func (s *Session) CString(a table.Addr) (string, error) {
	const most = 4096 // bytes
	var text []byte
	for len(text) < most {
		var b [64]byte
		n, err := s.process.target.ReadMemory(a+table.Addr(len(text)), b[:])
		if n == 0 {
			return "", err
		}
		if i := slices.Index(b[:n], 0); i >= 0 {
			return string(append(text, b[:i]...)), nil
		}
		text = append(text, b[:n]...)
	}
	return string(text), nil
}

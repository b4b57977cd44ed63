package vdso

import (
	"errors"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// Every call that an architecture lists for this package is the replacement of one function.
func TestEveryCallReplacesOneFunction(t *testing.T) {
	functions := map[string]string{"Gettimeofday": "gettimeofday", "Time": "time", "ClockGettime": "clock_gettime",
		"ClockGetres": "clock_getres", "Getcpu": "getcpu", "Getrandom": "getrandom"}
	calls := amd64.Arch().Calls
	for field, function := range functions {
		want := reflect.ValueOf(calls).FieldByName(field).Uint()
		if got := equivalentOf(&calls, function); got.number != want || got.args < 1 || got.args > 3 {
			t.Errorf("%s: %+v, want number %d", function, got, want)
		}
	}
	if got := equivalentOf(&calls, "futex_robust_list64_try_unlock"); got != (equivalent{}) {
		t.Errorf("of an unknown function: %+v", got)
	}
}

func TestReplacementSaysWhatPreventsIt(t *testing.T) {
	calls := amd64.Arch().Calls
	f := frameAt(0x1000, 0x400000, 0x7000)
	for name, c := range map[string]struct {
		function string
		at       table.Addr
		frame    *machine.VDSOFrame
		untaken  bool
		why      string
	}{
		"seen from its first instruction": {"clock_gettime", 0x1000, f, false, ""},
		"seen in the middle":              {"clock_gettime", 0x1008, f, false, "its arguments are not known"},
		"in another call":                 {"clock_gettime", 0x1000, frameAt(0x1000, 0x400000, 0x6000), false, "another call of it"},
		"of a function without a call":    {"futex_robust_list64_try_unlock", 0x1000, f, false, "no system call is known"},
		"of random bytes, state known":    {"getrandom", 0x1000, f, true, ""},
		"of random bytes, state in use":   {"getrandom", 0x1000, f, false, "the state it was given"},
	} {
		a := newActivation(f, at(c.at), 1)
		a.function.Short, a.untaken = c.function, c.untaken
		call, why := a.replacement(&calls, c.frame)
		if c.why == "" && (why != "" || call.number == 0) || !strings.Contains(why, c.why) {
			t.Errorf("%s: %+v, %q, want %q", name, call, why, c.why)
		}
	}
}

func TestResultsThatTheFunctionWouldNotHave(t *testing.T) {
	for errno, same := range map[syscall.Errno]bool{0: true, syscall.EINVAL: true, syscall.EAGAIN: true,
		syscall.EFAULT: false, syscall.EPERM: false, syscall.ENOSYS: false, syscall.EINTR: false} {
		if why := unlike(-int64(errno)); (why == "") != same {
			t.Errorf("%v: %q", errno, why)
		}
	}
	if why := unlike(1 << 40); why != "" { // a time
		t.Error(why)
	}
}

var errUnmapped = errors.New("nothing is mapped there")

// memory is one mapping of a process.
type memory struct {
	base  table.Addr
	bytes []byte
}

func (m *memory) ReadMemory(a table.Addr, p []byte) (int, error) {
	if off := uint64(a - m.base); off < uint64(len(m.bytes)) {
		if n := copy(p, m.bytes[off:]); n == len(p) {
			return n, nil
		}
	}
	return 0, errUnmapped
}

func (m *memory) WriteMemory(a table.Addr, p []byte) (int, error) {
	if off := uint64(a - m.base); off+uint64(len(p)) <= uint64(len(m.bytes)) {
		return copy(m.bytes[off:], p), nil
	}
	return 0, errUnmapped
}

func TestStateOfGetrandomIsUsedOnlyIfItsLayoutIsKnown(t *testing.T) {
	m := &memory{0x8000, make([]byte, randomStateSize)}
	state := [6]uint64{3: 0x8000, 4: randomStateSize}
	for name, c := range map[string]struct {
		args    [6]uint64
		inUse   byte
		untaken bool
	}{
		"unused":         {state, 0, true},
		"in use":         {state, 1, false},
		"of other size":  {[6]uint64{3: 0x8000, 4: 256}, 0, false},
		"none":           {[6]uint64{}, 0, false},
		"at no address":  {[6]uint64{3: 0x9000, 4: randomStateSize}, 0, false},
		"asked for size": {[6]uint64{3: 0x8000, 4: ^uint64(0)}, 0, false},
	} {
		m.bytes[randomInUse] = c.inUse
		if got := randomUntaken(m, c.args); got != c.untaken {
			t.Errorf("%s: untaken: %v", name, got)
		}
	}
}

func TestReleasedStateOfGetrandomNeedsANewKey(t *testing.T) {
	m := &memory{0x8000, []byte(strings.Repeat("\xff", randomStateSize))}
	if err := releaseRandom(m.WriteMemory, [6]uint64{3: 0x8000}); err != nil {
		t.Fatal(err)
	}
	for n, b := range m.bytes {
		want := byte(0xff)
		if n >= randomGeneration && n < randomGeneration+8 || n == randomInUse {
			want = 0
		}
		if b != want {
			t.Errorf("byte %d is %#x", n, b)
		}
	}
	if err := releaseRandom(m.WriteMemory, [6]uint64{3: 0x9000}); !errors.Is(err, errUnmapped) {
		t.Errorf("where nothing is mapped: %v", err)
	}
}

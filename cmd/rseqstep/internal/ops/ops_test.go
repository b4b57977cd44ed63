package ops

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// code is memory from an address on.
type code struct {
	at    table.Addr
	bytes string
}

func (c code) ReadMemory(a table.Addr, p []byte) (int, error) {
	if uint64(a-c.at) >= uint64(len(c.bytes)) {
		return 0, errors.New("nothing is there")
	}
	return copy(p, c.bytes[a-c.at:]), nil
}

// addv is cmp %edx,%fs:4(%rax); jne 0x500000; add %rdi,(%rsi), armed by the
// instruction before it: mov %rcx,%fs:8(%rax).
const (
	arm  = "\x64\x48\x89\x48\x08"
	addv = "\x64\x39\x50\x04" + "\x0f\x85\xf1\xef\x0f\x00" + "\x48\x01\x3e"
)

func addvAt(start table.Addr, symbol string, offset uint64) *table.Placed {
	return &table.Placed{Section: &table.Section{Symbol: symbol, Offset: offset}, Start: start, End: start + table.Addr(len(addv)), Abort: start + 0xfeffb, Descriptor: start + 0x100000}
}

func TestDescribeFindsTheAreaThroughTheArmingStore(t *testing.T) {
	s := Source{Arch: amd64.Arch(), Memory: code{0x401000, arm + addv}}
	d := s.Describe(addvAt(0x401005, "addv", 5), "addv+0x5")
	want := []string{"compare cpu_id == edx else abort", "[rsi] += rdi"}
	if diff := cmp.Diff(want, d.Lines); diff != "" || d.Err != nil {
		t.Errorf("%v\n%s", d.Err, diff)
	}
}

func TestSectionsThatCannotBeDescribedSayWhy(t *testing.T) {
	s := Source{Arch: amd64.Arch(), Memory: code{0x401000, "\xff\xff\xff\xff\x0f\x05\xc3"}}
	for _, c := range []struct {
		start, end table.Addr
		is         error
		notes      int
	}{
		{0x500000, 0x500010, ErrUnreadable, 0},
		{0x401000, 0x401000, machine.ErrEmpty, 0},
		{0x401004, 0x401005, nil, 1}, // a system call that the end lies in
		{0x401004, 0x401007, nil, 2}, // a system call and a return
	} {
		d := s.Describe(&table.Placed{Start: c.start, End: c.end}, "")
		if !errors.Is(d.Err, c.is) || (d.Err == nil) != (c.is == nil) || len(d.Notes) != c.notes {
			t.Errorf("[%v,%v): %v, notes %q", c.start, c.end, d.Err, d.Notes)
		}
	}
	if d := s.Describe(&table.Placed{Start: 0x401000, End: 0x401004}, ""); d.Err == nil || d.Lines != nil {
		t.Errorf("bytes that are no instruction: %q, %v", d.Lines, d.Err)
	}
}

func TestChooseTakesIndexAddressAndFunction(t *testing.T) {
	all := []*table.Placed{addvAt(0x1000, "plain", 4), addvAt(0x2000, "_ZN2ns1cIiE3popEv", 0), addvAt(0x3000, "plain", 8)}
	for text, want := range map[string][]int{
		"": {1, 2, 3}, "2": {2}, "0x1003": {1}, "0x102000": {2}, "plain": {1, 3}, "plain+0x8": {3},
		"pop": {2}, "c<int>::pop": {2}, "c::pop": {2}, "ns::c::pop": {2}, "_ZN2ns1cIiE3popEv": {2},
		"op": nil, "0": nil, "4": nil, "0x100d": nil, "0xzz": nil, "lain": nil, "-1": nil,
	} {
		list, err := Source{Arch: amd64.Arch(), Memory: code{}}.Choose(all, SymbolName, text)
		var got []int
		for _, s := range list {
			got = append(got, s.Index)
		}
		if !cmp.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestBareKeepsOperators(t *testing.T) {
	for name, want := range map[string]string{
		"a::b<c<int>, 3>::d": "a::b::d", "operator<": "operator<", "operator<< <int>": "operator<< ", "x<y>::operator->": "x::operator->", "operator<=>": "operator<=>", "f": "f",
	} {
		if got := Bare(name); got != want {
			t.Errorf("Bare(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestOwnFunctionGoesByTheNameInTheHeading(t *testing.T) {
	s := Source{Name: func(a table.Addr) (string, table.Addr) {
		if a < 0x1000 {
			return "other", 0x800
		}
		return "alias", 0xffc
	}}
	name := s.nameFor(addvAt(0x1000, "", 4), "ns::c<int>::pop+0x4")
	if n, base := name(0x1020); n != "ns::c::pop" || base != 0xffc {
		t.Errorf("%q at %v", n, base)
	}
	if n, _ := name(0x900); n != "other" {
		t.Errorf("%q", n)
	}
}

func TestWriteIndentsUnderAHeading(t *testing.T) {
	list := []Section{
		{Index: 1, Name: "f+0x4", Placed: addvAt(0x1000, "f", 4), Lines: []string{"L1:", "[rsi] += rdi"}, Notes: []string{"odd"}},
		{Index: 2, Name: "g", Placed: addvAt(0x2000, "g", 0), Err: errors.New("because")},
	}
	var b bytes.Buffer
	Write(&b, list, show.Style{})
	want := `1: f+0x4 [0x1000,0x100d) abort 0xffffb
  L1:
    [rsi] += rdi
    note: odd

2: g [0x2000,0x200d) abort 0x100ffb
    no description: because
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	if err := WriteJSON(&b, "file", list); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Sections []struct {
			Index      int
			Start      string
			Operations []string
			Error      string
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Sections) != 2 || got.Sections[0].Start != "0x1000" || len(got.Sections[0].Operations) != 2 || got.Sections[1].Error != "because" || strings.Contains(b.String(), "null") {
		t.Errorf("%s", b.String())
	}
}

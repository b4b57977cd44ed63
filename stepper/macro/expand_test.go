package macro

import (
	"os/exec"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

var definitions = []string{
	"SCALE 4", "ADD(a, b) ((a) + (b) * SCALE)", "STR(x) #x", "XSTR(x) STR(x)", "CAT(a, b) a##b", "XCAT(a, b) CAT(a, b)",
	"LOG(fmt, ...) printf(fmt, ## __VA_ARGS__)", "ALL(...) f(0, __VA_ARGS__)", "NAMED(fmt, args...) printf(fmt, args)", "EMPTY", "SELF SELF + 1",
	"PING PONG", "PONG PING", "F(x) G(x) + 1", "G(x) F(x) * 2", "NOARGS() 77", "LPAREN (", "ONE(x) [x]", "NAME ADD", "HASH(a, b) #a #b a ## b",
	"TWO(a) ADD(a, ADD(a, a))", "MINUS -", "DOTS(a) a.SCALE",
	"ff(a) a*gg", "gg ff", "t(x,y,z) x ## y ## z", "AT_END NOARGS",
}

var uses = []string{
	"SCALE", "ADD(1, 2)", "ADD (1,2)", "ADD", "ADD(f, (3, 4))", "STR(a + b)", "STR( x   y )", `STR("a\n" 'b')`, "XSTR(SCALE)", "STR(SCALE)", "XSTR(ADD(1, SCALE))",
	"XCAT(SC, ALE)", "CAT(a, b)", "CAT(, b)", "CAT(a,)", `LOG("x")`, `LOG("x", 1, 2)`, "ALL()", "ALL(1)", "ALL(1, 2)", `NAMED("x", 1, 2)`, "EMPTY", "a EMPTY b", "SELF", "PING + PONG",
	"F(3)", "G(F(1))", "NOARGS()", "NOARGS ( )", "LPAREN 3 )", "ONE()", "ONE(EMPTY)", "NAME(1, 2)", "HASH(SCALE, x)", "TWO(TWO(1))", "-MINUS-1", "1 MINUS MINUS 1",
	`"SCALE" 'S' SCALE1 1SCALE SCALE.SCALE->SCALE`, `L"SCALE" L'S'`, "DOTS(s)", "ff(2)(9)", "t(1,2,3) t(,4,5) t(6,,7) t(8,9,) t(10,,) t(,11,) t(,,12) t(,,)",
	"AT_END()", "1e+SCALE 1.5SCALE", "ADD(ADD(1, 2), ADD(3, 4))", "STR(STR(x))", "ONE((a, b))", "ONE([a] b)", "x ? SCALE : SCALE", "a<<SCALE>>=SCALE",
}

func lookup(name string) (Definition, bool) {
	for _, text := range definitions {
		if d := Parse(text); d.Name == name {
			return d, true
		}
	}
	return Definition{}, false
}

// What Expand makes is, but for white space, what the preprocessor makes.
func TestExpandAgreesWithThePreprocessor(t *testing.T) {
	source := ""
	for _, d := range definitions {
		source += "#define " + d + "\n"
	}
	for _, u := range uses {
		source += "@@" + u + "\n"
	}
	cmd := exec.Command(tabletest.NeedTool(t, "gcc"), "-E", "-P", "-x", "c", "-w", "-")
	cmd.Stdin = strings.NewReader(source)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	answers := strings.Split(string(out), "@@")[1:]
	if len(answers) != len(uses) {
		t.Fatalf("%d answers for %d questions:\n%s", len(answers), len(uses), out)
	}
	for i, u := range uses {
		got, err := Expand(u, lookup)
		if err != nil || texts(got) != texts(answers[i]) {
			t.Errorf("%s: %s, %v; the preprocessor: %s", u, got, err, answers[i])
		}
	}
}

// texts are the tokens of a text.
func texts(s string) string {
	var list []string
	for _, t := range tokens(strings.TrimSpace(s)) {
		list = append(list, t.text)
	}
	return strings.Join(list, "\x00")
}

func TestExpandRefusesWrongCalls(t *testing.T) {
	for text, want := range map[string]string{ // gdb's words
		"ADD(1":      "Malformed argument list for macro `ADD'.",
		"ADD(1)":     "Wrong number of arguments to macro `ADD' (expected 2, got 1).",
		"ADD(1,2,3)": "Wrong number of arguments to macro `ADD' (expected 2, got 3).",
		"NOARGS(1)":  "Wrong number of arguments to macro `NOARGS' (expected 0, got 1).",
	} {
		if _, err := Expand(text, lookup); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	double := func(name string) (Definition, bool) { // each doubles its argument
		return Parse(name + "(x) x x"), len(name) == 1 && name[0] >= 'a' && name[0] <= 'z'
	}
	nested := ""
	for c := 'a'; c <= 'z'; c++ {
		nested += string(c) + "("
	}
	if _, err := Expand(nested+"1"+strings.Repeat(")", 26), double); err != errTooLong {
		t.Errorf("2^26 tokens: %v", err)
	}
}

func FuzzExpand(f *testing.F) {
	for _, u := range uses {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if out, err := Expand(text, lookup); err != nil && out != text {
			t.Errorf("%q with %v", out, err)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x05\x00\x02\x00\x00\x00\x00\x03\x00\x01\x01\x01A 1\x00\x02\x02A\x00\x07\x00\x00\x00\x00\x04\x00"), int64(0), false)
	f.Add([]byte("\x03\x00\x01\x01\x01A 1\x00\xff\x01x\x00\x04\x00"), int64(0), true)
	f.Fuzz(func(t *testing.T, data []byte, at int64, plain bool) {
		s := Sections{Data: data, Plain: plain, Strings: data, StringAt: func(n uint64) int64 { return int64(n) }, FileName: func(n int) string { return "x" }}
		table, _ := Read(s, at)
		table.At(Place{"x", 3})
	})
}

package show

import "testing"

func TestPrettyGivesMembersLines(t *testing.T) {
	for in, want := range map[string]string{
		"5":                                   "5",
		"{1, 2, 3}":                           "{1, 2, 3}",
		"{a = 1, b = 2}":                      "{\n  a = 1,\n  b = 2\n}",
		"{a = {x = 1}, s = \"}, {\"}":         "{\n  a = {\n    x = 1\n  },\n  s = \"}, {\"\n}",
		"(struct p *) 0x1 <f(int, a)>":        "(struct p *) 0x1 <f(int, a)>",
		"{v = {1, 2}, f = 0x1 <g(int, int)>}": "{\n  v = {1, 2},\n  f = 0x1 <g(int, int)>\n}",
		"{a = 1, c = 44 ','}":                 "{\n  a = 1,\n  c = 44 ','\n}",
		"{a = ":                               "{\n  a = ",
	} {
		if got := Pretty(in); got != want {
			t.Errorf("Pretty(%q) = %q, want %q", in, got, want)
		}
	}
}

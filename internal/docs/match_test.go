package docs

import "testing"

func TestOutputLeftOutIsAllowedAndOrderIsNot(t *testing.T) {
	const got = "one\nBreakpoint 1 at 0x55aa: file x.c, line 3.\nprocess 4711 ended\nlast  column\nmain (argc=argc@entry=1)\n"
	for _, c := range []struct {
		want    []string
		missing string
	}{
		{[]string{"Breakpoint 1 at 0x1: file x.c, line 3.", "process 99999 ended"}, ""},
		{[]string{"last column"}, ""},
		{[]string{"… file x.c"}, ""},
		{[]string{"main (argc=1)"}, ""},
		{[]string{"process 4711 ended", "one"}, "one"},
		{[]string{"Breakpoint 2 at 0x55aa"}, "Breakpoint 2 at 0x55aa"},
	} {
		line, missing := Missing(c.want, got)
		if line != c.missing || missing != (c.missing != "") {
			t.Errorf("Missing(%q) = %q, %v", c.want, line, missing)
		}
	}
}

func TestASessionIsACommandItsInputAndItsOutput(t *testing.T) {
	const page = "text\n```console\n$ a b\n(gdb) next\n17 line\n$ c\nout\n```\n    $ stray\n```sh\n$ too\n```\n"
	got := Sessions(page)
	if len(got) != 2 || got[0].Command != "a b" || got[0].Input[0] != "next" || got[0].Output[0] != "17 line" || got[1].Output[0] != "out" {
		t.Errorf("%+v", got)
	}
	if s := Stray(page); len(s) != 2 || s[0] != 9 || s[1] != 11 {
		t.Errorf("stray lines %v", s)
	}
}

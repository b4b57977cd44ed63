package commands

import "testing"

func TestTheExpressionBeforeAMemberIsFound(t *testing.T) {
	for args, want := range map[string]struct {
		base, kept string
		ok         bool
	}{
		"p->": {"p", "", true}, "p->ne": {"p", "", true}, "v.": {"v", "v.", true}, "v.fi": {"v", "v.", true}, "1 + v.fi": {"v", "v.", true},
		"p->next->na": {"p->next", "", true}, "p->in.na": {"p->in", "in.", true}, "a[i + 1].x": {"a[i + 1]", "1].", true}, "f(1)->x": {"f(1)", "", true},
		"(*p).x": {"(*p)", "p).", true}, "*p->x": {"p", "", true}, "sizeof(v.": {"v", "v.", true}, "$1.": {"$1", "$1.", true}, "ns::v.x": {"ns::v", "ns::v.", true},
		"p": {}, "p - x": {}, "->": {}, ".": {}, "a > b": {}, "": {},
	} {
		base, kept, ok := member(args)
		if base != want.base && ok || kept != want.kept && ok || ok != want.ok {
			t.Errorf("%q: %q, %q, %v; want %+v", args, base, kept, ok, want)
		}
	}
}

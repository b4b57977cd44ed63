package machine

import (
	"sort"
	"strings"

	"rseqstep/table"
)

// ExitKind is the source or the purpose of an exit; an exit has one or more.
type ExitKind uint8

const (
	ExitPostCommit ExitKind = 1 << iota // the section's End
	ExitAbort                           // the abort handler
	ExitDeclared                        // in __rseq_exit_point_array
	ExitBranch                          // a decoded branch inside the section leads there
	ExitFurther                         // an exit of another section, reached through an exit inside that one
)

func (k ExitKind) String() string {
	var words []string
	for n, w := range [...]string{"post-commit", "abort", "declared exit", "side exit", "exit of the next section"} {
		if k&(1<<n) != 0 {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// Exit is an address outside a section at which it can be left.
type Exit struct {
	Addr  table.Addr
	Kinds ExitKind
	From  []table.Addr // ExitBranch: the branches that lead there
	Via   []table.Addr // ExitFurther: the exits of this section that it replaces
}

// exitSet merges exits by address. Nothing else merges exits.
type exitSet map[table.Addr]*Exit

func (s exitSet) add(addr table.Addr, kind ExitKind) *Exit {
	e := s[addr]
	if e == nil {
		e = &Exit{Addr: addr}
		s[addr] = e
	}
	e.Kinds |= kind
	return e
}

// sorted returns the exits by address.
func (s exitSet) sorted() []Exit {
	list := make([]Exit, 0, len(s))
	for _, e := range s {
		list = append(list, *e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Addr < list[j].Addr })
	return list
}

// Stops are the addresses for breakpoints to stop a thread that runs the
// section: its exits, each of which is replaced, if it is inside another
// section, by that section's exits, and so on, because a breakpoint inside a
// section makes the section abort. within returns the section, other than b,
// that contains an address, or nil. An exit back into b is dropped: its other
// exits are in the list already.
func (b *Body) Stops(within func(table.Addr) *Body) []Exit {
	set := exitSet{}
	for _, e := range b.Exits {
		b.follow(set, e, within)
	}
	return set.sorted()
}

func (b *Body) follow(set exitSet, first Exit, within func(table.Addr) *Body) {
	seen := map[table.Addr]bool{b.Start: true}
	var walk func(e Exit, further bool)
	walk = func(e Exit, further bool) {
		if next := within(e.Addr); next != nil || b.Contains(e.Addr) {
			if next == nil || seen[next.Start] {
				return
			}
			seen[next.Start] = true
			for _, n := range next.Exits {
				walk(n, true)
			}
			return
		}
		if !further {
			own := set.add(e.Addr, e.Kinds)
			own.From = append(own.From, e.From...)
			return
		}
		reached := set.add(e.Addr, ExitFurther)
		reached.Via = append(reached.Via, first.Addr)
	}
	walk(first, false)
}

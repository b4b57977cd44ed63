package machine

// graph is the control flow graph of a section: node n is instruction number n,
// the last node is End. Jumps to other exits and to unknown targets are not in
// it.
type graph struct{ in, out [][]link }

// link is one edge. taken is false for falling through to the next instruction
// in memory.
type link struct {
	from, to int
	taken    bool
}

func newGraph(b *Body) *graph {
	end := len(b.Insns)
	g := &graph{in: make([][]link, end+1), out: make([][]link, end+1)}
	add := func(l link) {
		g.out[l.from] = append(g.out[l.from], l)
		g.in[l.to] = append(g.in[l.to], l)
	}
	for n := range b.Insns {
		i := &b.Insns[n]
		if i.Continues() {
			if i.Next() == b.End {
				add(link{from: n, to: end})
			} else if to, ok := b.index(i.Next()); ok {
				add(link{from: n, to: to})
			}
		}
		if i.Kind != Jump && i.Kind != CondJump {
			continue
		}
		if i.Target == b.End {
			add(link{from: n, to: end, taken: true})
		} else if to, ok := b.index(i.Target); ok {
			add(link{from: n, to: to, taken: true})
		}
	}
	return g
}

// after marks the nodes that can be reached from node n, itself included,
// without a link for which cut is true. A nil cut cuts nothing.
func (g *graph) after(n int, cut func(link) bool) []bool {
	return walk(n, g.out, func(l link) int { return l.to }, cut)
}

// before marks the nodes from which node n can be reached, itself included.
func (g *graph) before(n int) []bool {
	return walk(n, g.in, func(l link) int { return l.from }, nil)
}

func walk(n int, links [][]link, next func(link) int, cut func(link) bool) []bool {
	seen := make([]bool, len(links))
	list := []int{n}
	for len(list) > 0 {
		at := list[len(list)-1]
		list = list[:len(list)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, l := range links[at] {
			if cut == nil || !cut(l) {
				list = append(list, next(l))
			}
		}
	}
	return seen
}

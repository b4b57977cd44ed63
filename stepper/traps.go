package stepper

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// plantTraps plants the traps of a move. Debug registers come first where the move
// asks for them, as they disturb nothing; the rest are software breakpoints.
func (e *Engine) plantTraps(m *move) error {
	if _, here := m.at[m.from]; m.registers && here && m.th.regs.PassesDebug() {
		// Coming back to this very instruction counts.
		m.th.regs.SetPassesDebug(false)
		if err := e.target.SetRegs(m.th.tid, &m.th.regs); err != nil {
			return err
		}
	}
	var free []int
	if m.registers {
		free = e.book.FreeIn(m.th.tid, m.owner)
	}
	for _, a := range m.order {
		if _, there := m.at[a]; !there {
			continue
		}
		if len(free) > 0 {
			if err := e.book.SetDebugIn(m.th.tid, free[0], m.owner, a); err != nil {
				return err
			}
			m.slots, free = append(m.slots, free[0]), free[1:]
			continue
		}
		if err := e.insertTrap(a, m.owner); err != nil {
			if inside := (*InsideError)(nil); errors.As(err, &inside) && !m.lone {
				return fmt.Errorf("internal: a way out of the line was not moved out of its section: %w", err)
			}
			return err
		}
		m.sites = append(m.sites, a)
	}
	return nil
}

// clearTraps takes them out again. Those of a program that another one has
// replaced went with it.
func (e *Engine) clearTraps(m *move) (err error) {
	for _, s := range m.slots {
		err = errors.Join(err, e.book.FreeDebugIn(m.th.tid, s, m.owner))
	}
	for _, a := range m.sites {
		err = errors.Join(err, e.book.Unplant(a, m.owner))
	}
	m.slots, m.sites = m.slots[:0], m.sites[:0]
	return err
}

// runTo runs one thread, the others held, until it stands at one of the places with
// registers that accept takes (nil: any). A thread that blocks gets the others' help.
func (e *Engine) runTo(th *thread, where []table.Addr, accept func(*thread) bool) *move {
	m := &move{th: th, gait: native, lone: true, registers: true, alone: blockPatience, at: map[table.Addr]decision{}}
	for _, a := range where {
		if _, twice := m.at[a]; twice {
			continue
		}
		m.at[a], m.order = always, append(m.order, a)
		if accept != nil {
			m.at[a] = when(accept)
		}
	}
	return m
}

func contains(list []table.Addr, a table.Addr) bool {
	for _, x := range list {
		if x == a {
			return true
		}
	}
	return false
}

// without is list with a taken out, in place.
func without(list []table.Addr, a table.Addr) []table.Addr {
	kept := list[:0]
	for _, x := range list {
		if x != a {
			kept = append(kept, x)
		}
	}
	return kept
}

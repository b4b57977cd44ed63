package drive

import (
	"errors"
	"fmt"

	"rseqstep/stepper/ledger"
)

// plantTraps inserts the traps of a move. If the move asks for debug registers, it uses those
// first, because they change no code; the rest are software breakpoints.
func (d *Driver) plantTraps(m *Move) error {
	if m.Registers && m.Thread.Regs.PassesDebug() && m.Decision(m.from) != nil {
		// A return to this instruction counts as arriving.
		m.Thread.Regs.SetPassesDebug(false)
		if err := d.target.SetRegs(m.Thread.TID, &m.Thread.Regs); err != nil {
			return err
		}
	}
	var free []int
	if m.Registers {
		free = d.book.FreeIn(m.Thread.TID, m.owner)
	}
	for _, a := range m.at {
		if len(free) > 0 {
			if err := d.book.SetDebugIn(m.Thread.TID, free[0], m.owner, a); err != nil {
				return err
			}
			m.slots, free = append(m.slots, free[0]), free[1:]
			continue
		}
		if err := d.book.Plant(a, m.owner); err != nil {
			if refused := (*ledger.RefusedError)(nil); errors.As(err, &refused) && !m.Lone {
				return fmt.Errorf("internal: a way out of the line was not moved out of its section: %w", err)
			}
			return err
		}
		m.sites = append(m.sites, a)
	}
	return nil
}

// clearTraps removes the traps of a move. After an execve(2) there is nothing to remove, because
// the kernel has replaced the program.
func (d *Driver) clearTraps(m *Move) (err error) {
	for _, s := range m.slots {
		err = errors.Join(err, d.book.FreeDebugIn(m.Thread.TID, s, m.owner))
	}
	for _, a := range m.sites {
		err = errors.Join(err, d.book.Unplant(a, m.owner))
	}
	m.slots, m.sites = m.slots[:0], m.sites[:0]
	return err
}

package code

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// origin is the instruction that read a CPU's number; 0: the content is not known to be one.
type origin = table.Addr

// slot is a place in a function's frame.
type slot struct {
	base machine.Reg
	disp int64
}

// flowState is which contents depend on a CPU's number, before an instruction.
type flowState struct {
	regs  [64]origin
	slots map[slot]origin
}

// CPUUse finds an address in the section that depends on a CPU's number which the function read
// before it armed the section: the instruction that uses it and the one that read it; 0 if there
// is none. isID says whether a load of some bytes at an offset in the area is one of the number.
// The area is recognised by the shape of the arming store: through the same segment register, or
// through the same register with the same contents.
func (s *Section) CPUUse(isID func(off int64, size int) bool) (use, read table.Addr) {
	arming := s.Arming
	entry, insns := s.Function()
	if arming == nil || insns == nil || arming.Store.Vector {
		return 0, 0
	}
	at := map[table.Addr]*machine.Insn{}
	for _, i := range insns {
		at[i.Addr] = i
	}
	reads := func(i *machine.Insn, u *machine.Usage) bool {
		m, a := &u.Load, &arming.Store.Mem
		if u.Loaded == 0 || !isID(m.Disp-a.Disp+csOffset, int(u.Loaded)) || m.Segment != a.Segment || m.Index != machine.NoReg {
			return false
		}
		return a.Segment != machine.NoReg || m.Base == a.Base && !s.rewritten(i, a.Base)
	}
	// Contents are joined by keeping an origin that any path has: this only begins a warning.
	before := map[table.Addr]*flowState{entry: {slots: map[slot]origin{}}}
	todo := []table.Addr{entry}
	for n := 0; len(todo) > 0 && n < 20*len(insns)+maxWalk; n++ {
		i := at[todo[0]]
		todo = todo[1:]
		if i == nil {
			continue
		}
		state := before[i.Addr].clone()
		if a, from := s.step(state, i, reads); a != 0 {
			return a, from
		}
		reach := func(to table.Addr) {
			if before[to] == nil {
				before[to] = state.clone()
			} else if !before[to].join(state) {
				return
			}
			todo = append(todo, to)
		}
		if i.Continues() {
			reach(i.Next())
		}
		if i.Kind == machine.Jump || i.Kind == machine.CondJump {
			reach(i.Target)
		}
	}
	return 0, 0
}

// step changes the state by an instruction. Inside the section it returns the instruction if its
// address depends on a number.
func (s *Section) step(st *flowState, i *machine.Insn, reads func(*machine.Insn, *machine.Usage) bool) (use, read table.Addr) {
	arch := s.File.Arch
	u, known := arch.Usage(i)
	if s.Body.Contains(i.Addr) {
		for _, m := range []struct {
			mem  *machine.Mem
			used bool
		}{{&u.Load, known && u.Loaded > 0}, {&i.Store.Mem, i.Store.Size > 0 && i.Kind == machine.Plain}} {
			if !m.used || m.mem.Vector {
				continue
			}
			for _, x := range [...]machine.Reg{m.mem.Base, m.mem.Index} {
				if x != machine.NoReg && st.regs[x] != 0 {
					return i.Addr, st.regs[x]
				}
			}
		}
	}
	from := origin(0)
	if known {
		for x := machine.Reg(1); x < 64; x++ {
			if u.Reads.Has(x) && st.regs[x] != 0 && !(u.Loaded > 0 && (x == u.Load.Base || x == u.Load.Index)) {
				from = st.regs[x]
			}
		}
		if u.Loaded > 0 {
			switch {
			case reads(i, &u):
				if !s.Body.Contains(i.Addr) {
					from = i.Addr
				}
			case u.Load.Index == machine.NoReg && u.Load.Segment == machine.NoReg:
				if o := st.slots[slot{u.Load.Base, u.Load.Disp}]; o != 0 {
					from = o
				}
			}
			// A value found at an address that depends on the number is per-CPU data: a pointer
			// there depends on it as well.
			for _, x := range [...]machine.Reg{u.Load.Base, u.Load.Index} {
				if x != machine.NoReg && st.regs[x] != 0 && from == 0 {
					from = st.regs[x]
				}
			}
		}
	}
	if i.Kind == machine.Call || i.Kind == machine.IndirectCall {
		for x := machine.Reg(1); x < 64; x++ {
			if !arch.Saved.Has(x) {
				st.regs[x] = 0
			}
		}
		return 0, 0
	}
	changed := changes(arch, i)
	for x := machine.Reg(1); x < 64; x++ {
		if changed.Has(x) {
			st.regs[x] = 0
			if known && (u.Sets.Has(x) || from != 0) && x != arch.SP {
				st.regs[x] = from
			}
		}
	}
	if m := &i.Store; m.Size > 0 && !m.Vector && m.Index == machine.NoReg && m.Segment == machine.NoReg && (m.Base == arch.SP || m.Base == arch.FP) && i.Kind == machine.Plain {
		st.slots[slot{m.Base, m.Disp}] = from
	}
	return 0, 0
}

// rewritten reports whether a register changes between an instruction and the arming store in the
// order of the code, so that the two do not see the same contents.
func (s *Section) rewritten(i *machine.Insn, x machine.Reg) bool {
	if i.Addr > s.Arming.Addr {
		return true
	}
	for at := i; at != nil && at.Addr < s.Arming.Addr; at = s.File.Insn(at.Next()) {
		if changes(s.File.Arch, at).Has(x) || at.Kind == machine.Call || at.Kind == machine.IndirectCall {
			return true
		}
	}
	return false
}

func (st *flowState) clone() *flowState {
	c := &flowState{regs: st.regs, slots: make(map[slot]origin, len(st.slots))}
	for k, v := range st.slots {
		c.slots[k] = v
	}
	return c
}

// join adds what another path knows; it reports whether anything is new.
func (st *flowState) join(o *flowState) (grown bool) {
	for x := range o.regs {
		if o.regs[x] != 0 && st.regs[x] == 0 {
			st.regs[x], grown = o.regs[x], true
		}
	}
	for k, v := range o.slots {
		if v != 0 && st.slots[k] == 0 {
			st.slots[k], grown = v, true
		}
	}
	return grown
}

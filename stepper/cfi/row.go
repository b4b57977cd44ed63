package cfi

import "slices"

// RuleKind is the way in which a register of the caller is found (DWARF 5
// section 6.4.1).
type RuleKind uint8

const (
	Unset     RuleKind = iota // no rule: assumed unchanged
	Undefined                 // lost; for the return address: the outermost frame
	Same
	Offset        // saved at CFA + n
	ValOffset     // CFA + n itself
	Register      // in register n
	Expression    // saved at the expression's address
	ValExpression // the expression's value
)

// Rule is the rule for one register.
type Rule struct {
	Kind RuleKind
	N    int64
	Expr []byte
}

// Registers says what an architecture has rules for.
type Registers struct {
	Columns int  // DWARF registers from 0 on
	Signs   bool // return addresses may be signed (DW_CFA_AARCH64_negate_ra_state)
}

// CFARule is how the CFA is found: register + offset, or an expression.
type CFARule struct {
	Reg    uint64
	Offset int64
	Expr   []byte // nil: Reg + Offset
}

// NoRegister is the register of a CFA without a rule.
const NoRegister = ^uint64(0)

// Row is the unwinding rules that apply at one address.
type Row struct {
	CFA    CFARule
	Regs   []Rule // by column
	RA     uint64 // the column of the return address
	Signal bool   // the frame of a signal trampoline
	Signed bool   // the return address is signed
}

// maxRemembered bounds DW_CFA_remember_state; compilers nest it at most twice.
const maxRemembered = 64

// RowAt executes the entry's instructions up to pc.
func (f *FDE) RowAt(pc uint64) (*Row, error) {
	columns := f.cie.registers.Columns
	if f.cie.ra >= uint64(columns) {
		return nil, ErrMalformed
	}
	m := cfaMachine{cie: f.cie, loc: f.Low, row: Row{CFA: CFARule{Reg: NoRegister}, Regs: make([]Rule, columns), RA: f.cie.ra, Signal: f.cie.signal}}
	if err := m.run(f.cie.init, ^uint64(0)); err != nil {
		return nil, err
	}
	m.initial, m.loc = slices.Clone(m.row.Regs), f.Low
	if err := m.run(f.code, pc); err != nil {
		return nil, err
	}
	return &m.row, nil
}

// cfaMachine executes call frame instructions.
type cfaMachine struct {
	cie     *CIE
	loc     uint64
	row     Row
	initial []Rule // after the CIE's instructions
	saved   []Row
}

// set gives a register its rule; it drops registers that have no column.
func (m *cfaMachine) set(reg uint64, r Rule) {
	if reg < uint64(len(m.row.Regs)) {
		m.row.Regs[reg] = r
	}
}

func (m *cfaMachine) restore(reg uint64) {
	switch {
	case reg < uint64(len(m.initial)):
		m.row.Regs[reg] = m.initial[reg]
	case reg < uint64(len(m.row.Regs)): // in the CIE itself
		m.row.Regs[reg] = Rule{}
	}
}

// run executes instructions until the location passes pc. Names of instructions
// are those of DWARF 5 section 7.24, table 7.29.
func (m *cfaMachine) run(code []byte, pc uint64) error {
	r := &Reader{P: code, Order: m.cie.order, AddrSize: m.cie.addrSize}
	for r.At < len(r.P) && !r.Bad {
		op := byte(r.Uint(1))
		low := uint64(op & 0x3f)
		switch op >> 6 {
		case 1: // DW_CFA_advance_loc
			m.loc += low * m.cie.codeAlign
		case 2: // DW_CFA_offset
			m.set(low, Rule{Kind: Offset, N: int64(r.uleb()) * m.cie.dataAlign})
		case 3: // DW_CFA_restore
			m.restore(low)
		default:
			if err := m.extended(op, r); err != nil {
				return err
			}
		}
		if m.loc > pc {
			return nil
		}
	}
	if r.Bad {
		return ErrMalformed
	}
	return nil
}

// extended executes an instruction of the 0x00 to 0x3f kind.
func (m *cfaMachine) extended(op byte, r *Reader) error {
	align := m.cie.dataAlign
	switch op {
	case 0x00: // DW_CFA_nop
	case 0x01: // DW_CFA_set_loc
		if m.cie.encoding&ehApplies != 0 {
			return ErrMalformed // relative to an address that is not kept; no compiler emits it
		}
		m.loc = r.Encoded(m.cie.encoding, 0)
	case 0x02: // DW_CFA_advance_loc1
		m.loc += r.Uint(1) * m.cie.codeAlign
	case 0x03: // DW_CFA_advance_loc2
		m.loc += r.Uint(2) * m.cie.codeAlign
	case 0x04: // DW_CFA_advance_loc4
		m.loc += r.Uint(4) * m.cie.codeAlign
	case 0x05: // DW_CFA_offset_extended
		m.set(r.uleb(), Rule{Kind: Offset, N: int64(r.uleb()) * align})
	case 0x06: // DW_CFA_restore_extended
		m.restore(r.uleb())
	case 0x07: // DW_CFA_undefined
		m.set(r.uleb(), Rule{Kind: Undefined})
	case 0x08: // DW_CFA_same_value
		m.set(r.uleb(), Rule{Kind: Same})
	case 0x09: // DW_CFA_register
		m.set(r.uleb(), Rule{Kind: Register, N: int64(r.uleb())})
	case 0x0a: // DW_CFA_remember_state
		if len(m.saved) == maxRemembered {
			return ErrMalformed
		}
		m.saved = append(m.saved, m.row)
		m.row.Regs = slices.Clone(m.row.Regs)
	case 0x0b: // DW_CFA_restore_state
		if len(m.saved) == 0 {
			return ErrMalformed
		}
		m.row, m.saved = m.saved[len(m.saved)-1], m.saved[:len(m.saved)-1]
	case 0x0c: // DW_CFA_def_cfa
		m.row.CFA = CFARule{Reg: r.uleb(), Offset: int64(r.uleb())}
	case 0x0d: // DW_CFA_def_cfa_register
		m.row.CFA.Reg, m.row.CFA.Expr = r.uleb(), nil
	case 0x0e: // DW_CFA_def_cfa_offset
		m.row.CFA.Offset = int64(r.uleb())
	case 0x0f: // DW_CFA_def_cfa_expression
		m.row.CFA = CFARule{Expr: r.block()}
	case 0x10: // DW_CFA_expression
		m.set(r.uleb(), Rule{Kind: Expression, Expr: r.block()})
	case 0x11: // DW_CFA_offset_extended_sf
		m.set(r.uleb(), Rule{Kind: Offset, N: r.sleb() * align})
	case 0x12: // DW_CFA_def_cfa_sf
		m.row.CFA = CFARule{Reg: r.uleb(), Offset: r.sleb() * align}
	case 0x13: // DW_CFA_def_cfa_offset_sf
		m.row.CFA.Offset = r.sleb() * align
	case 0x14: // DW_CFA_val_offset
		m.set(r.uleb(), Rule{Kind: ValOffset, N: int64(r.uleb()) * align})
	case 0x15: // DW_CFA_val_offset_sf
		m.set(r.uleb(), Rule{Kind: ValOffset, N: r.sleb() * align})
	case 0x16: // DW_CFA_val_expression
		m.set(r.uleb(), Rule{Kind: ValExpression, Expr: r.block()})
	case 0x2c, 0x2d: // DW_CFA_AARCH64_negate_ra_state_with_pc, DW_CFA_AARCH64_negate_ra_state (AADWARF64, 4.4)
		if !m.cie.registers.Signs {
			return ErrMalformed
		}
		m.row.Signed = !m.row.Signed
	case 0x2e: // DW_CFA_GNU_args_size: only exception handling needs it
		r.uleb()
	case 0x2f: // DW_CFA_GNU_negative_offset_extended
		m.set(r.uleb(), Rule{Kind: Offset, N: -int64(r.uleb()) * align})
	default:
		return ErrMalformed
	}
	return nil
}

func (r *Reader) block() []byte {
	p := r.take(int(min(r.uleb(), 1<<20)))
	return p[:len(p):len(p)]
}

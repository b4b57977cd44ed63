package symbols

// ruleKind says how a register of the caller is found (DWARF 5 section 6.4.1).
type ruleKind uint8

const (
	ruleUnset     ruleKind = iota // no rule given: taken as unchanged
	ruleUndefined                 // lost; for the return address: the outermost frame
	ruleSame
	ruleOffset    // saved at CFA + n
	ruleValOffset // CFA + n itself
	ruleRegister  // in register n
	ruleExpr      // saved where the expression says
	ruleValExpr   // what the expression says
)

type rule struct {
	kind ruleKind
	n    int64
	expr []byte
}

// columns is how many DWARF registers amd64 has rules for: rax to r15 and the
// return address (System V ABI, AMD64 supplement, figure 3.36).
const columns = 17

// cfaRule is how the CFA is found: register + offset, or an expression.
type cfaRule struct {
	reg    uint64
	offset int64
	expr   []byte
}

// frameRow is the unwinding rules that hold at one address.
type frameRow struct {
	cfa    cfaRule
	regs   [columns]rule
	ra     uint64
	signal bool
}

// maxRemembered bounds DW_CFA_remember_state; compilers nest it at most twice.
const maxRemembered = 64

// rowAt carries out the entry's instructions up to pc.
func (f *fde) rowAt(pc uint64) (*frameRow, error) {
	m := cfaMachine{cie: f.cie, loc: f.lo, row: frameRow{ra: f.cie.ra, signal: f.cie.signal}}
	if err := m.run(f.cie.init, ^uint64(0)); err != nil {
		return nil, err
	}
	m.initial, m.loc = m.row, f.lo
	if err := m.run(f.code, pc); err != nil {
		return nil, err
	}
	if m.row.ra >= columns {
		return nil, errCFI
	}
	return &m.row, nil
}

// cfaMachine carries out call frame instructions.
type cfaMachine struct {
	cie     *cie
	loc     uint64
	row     frameRow
	initial frameRow
	saved   []frameRow
}

// set gives a register its rule; those that amd64 has no column for are dropped.
func (m *cfaMachine) set(reg uint64, r rule) {
	if reg < columns {
		m.row.regs[reg] = r
	}
}

func (m *cfaMachine) restore(reg uint64) {
	if reg < columns {
		m.row.regs[reg] = m.initial.regs[reg]
	}
}

// run carries out instructions until the location passes pc. Names of
// instructions are those of DWARF 5 section 7.24, table 7.29.
func (m *cfaMachine) run(code []byte, pc uint64) error {
	r := &cfiReader{p: code, order: m.cie.order, addrSize: m.cie.addrSize}
	for r.at < len(r.p) && !r.bad {
		op := byte(r.uint(1))
		low := uint64(op & 0x3f)
		switch op >> 6 {
		case 1: // DW_CFA_advance_loc
			m.loc += low * m.cie.codeAlign
		case 2: // DW_CFA_offset
			m.set(low, rule{kind: ruleOffset, n: int64(r.uleb()) * m.cie.dataAlign})
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
	if r.bad {
		return errCFI
	}
	return nil
}

// extended carries out an instruction of the 0x00 to 0x3f kind.
func (m *cfaMachine) extended(op byte, r *cfiReader) error {
	align := m.cie.dataAlign
	switch op {
	case 0x00: // DW_CFA_nop
	case 0x01: // DW_CFA_set_loc
		if m.cie.encoding&ehApplies != 0 {
			return errCFI // relative to an address that is not kept; no compiler emits it
		}
		m.loc = r.encoded(m.cie.encoding, 0)
	case 0x02: // DW_CFA_advance_loc1
		m.loc += r.uint(1) * m.cie.codeAlign
	case 0x03: // DW_CFA_advance_loc2
		m.loc += r.uint(2) * m.cie.codeAlign
	case 0x04: // DW_CFA_advance_loc4
		m.loc += r.uint(4) * m.cie.codeAlign
	case 0x05: // DW_CFA_offset_extended
		m.set(r.uleb(), rule{kind: ruleOffset, n: int64(r.uleb()) * align})
	case 0x06: // DW_CFA_restore_extended
		m.restore(r.uleb())
	case 0x07: // DW_CFA_undefined
		m.set(r.uleb(), rule{kind: ruleUndefined})
	case 0x08: // DW_CFA_same_value
		m.set(r.uleb(), rule{kind: ruleSame})
	case 0x09: // DW_CFA_register
		m.set(r.uleb(), rule{kind: ruleRegister, n: int64(r.uleb())})
	case 0x0a: // DW_CFA_remember_state
		if len(m.saved) == maxRemembered {
			return errCFI
		}
		m.saved = append(m.saved, m.row)
	case 0x0b: // DW_CFA_restore_state
		if len(m.saved) == 0 {
			return errCFI
		}
		m.row, m.saved = m.saved[len(m.saved)-1], m.saved[:len(m.saved)-1]
	case 0x0c: // DW_CFA_def_cfa
		m.row.cfa = cfaRule{reg: r.uleb(), offset: int64(r.uleb())}
	case 0x0d: // DW_CFA_def_cfa_register
		m.row.cfa.reg, m.row.cfa.expr = r.uleb(), nil
	case 0x0e: // DW_CFA_def_cfa_offset
		m.row.cfa.offset = int64(r.uleb())
	case 0x0f: // DW_CFA_def_cfa_expression
		m.row.cfa = cfaRule{expr: r.block()}
	case 0x10: // DW_CFA_expression
		m.set(r.uleb(), rule{kind: ruleExpr, expr: r.block()})
	case 0x11: // DW_CFA_offset_extended_sf
		m.set(r.uleb(), rule{kind: ruleOffset, n: r.sleb() * align})
	case 0x12: // DW_CFA_def_cfa_sf
		m.row.cfa = cfaRule{reg: r.uleb(), offset: r.sleb() * align}
	case 0x13: // DW_CFA_def_cfa_offset_sf
		m.row.cfa.offset = r.sleb() * align
	case 0x14: // DW_CFA_val_offset
		m.set(r.uleb(), rule{kind: ruleValOffset, n: int64(r.uleb()) * align})
	case 0x15: // DW_CFA_val_offset_sf
		m.set(r.uleb(), rule{kind: ruleValOffset, n: r.sleb() * align})
	case 0x16: // DW_CFA_val_expression
		m.set(r.uleb(), rule{kind: ruleValExpr, expr: r.block()})
	case 0x2e: // DW_CFA_GNU_args_size: only exception handling needs it
		r.uleb()
	case 0x2f: // DW_CFA_GNU_negative_offset_extended
		m.set(r.uleb(), rule{kind: ruleOffset, n: -int64(r.uleb()) * align})
	default:
		return errCFI
	}
	return nil
}

func (r *cfiReader) block() []byte {
	p := r.take(int(min(r.uleb(), 1<<20)))
	return p[:len(p):len(p)]
}

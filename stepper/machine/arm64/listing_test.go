package arm64

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// What objdump's text says of an instruction.

var kinds = map[machine.Kind]*regexp.Regexp{
	machine.Jump:         regexp.MustCompile(`^b$`),
	machine.CondJump:     regexp.MustCompile(`^(bc?\..*|cbn?z|tbn?z)$`),
	machine.IndirectJump: regexp.MustCompile(`^br(a[ab]z?)?$`),
	machine.Call:         regexp.MustCompile(`^bl$`),
	machine.IndirectCall: regexp.MustCompile(`^blr(a[ab]z?)?$`),
	machine.Return:       regexp.MustCompile(`^reta?[ab]?$`),
	machine.Syscall:      regexp.MustCompile(`^svc$`),
	machine.Trap:         regexp.MustCompile(`^(brk|hlt|udf|hvc|smc|dcps.|eret(a[ab])?|drps)$`),
}

// kind compares how control goes on, and where to.
func (l *listing) kind(i *machine.Insn) string {
	want := machine.Plain
	for k, is := range kinds {
		if is.MatchString(l.mnemonic) {
			want = k
		}
	}
	target := table.Addr(0)
	if want == machine.Jump || want == machine.CondJump || want == machine.Call {
		fields := strings.Fields(l.operands)
		v, err := strconv.ParseUint(strings.TrimPrefix(fields[len(fields)-1], "0x"), 16, 64)
		if err != nil {
			return err.Error()
		}
		target = table.Addr(v)
	}
	if i.Kind != want || i.Target != target || i.Len != 4 {
		return fmt.Sprintf("decoded as %v to %v", i.Kind, i.Target)
	}
	return ""
}

var (
	based   = regexp.MustCompile(`\[(x\d+|sp)`)
	storing = regexp.MustCompile(`^(st|cas|swp|ld(add|clr|eor|set|[su]max|[su]min)|cpy|set[pmeg])`)
	vectors = regexp.MustCompile(`^\{v\d+\.(\d*)([bhsdq])`)
)

// stores reports whether the instruction writes data, by its name.
func (l *listing) stores() bool {
	switch {
	case l.mnemonic == "stg", l.mnemonic == "st2g", l.mnemonic == "stgm", l.mnemonic == "stzgm",
		strings.HasPrefix(l.mnemonic, "cpy") && !strings.Contains(l.operands, "]!"): // SVE's
		return false
	case l.mnemonic == "dc":
		return strings.HasPrefix(l.operands, "zva") || strings.HasPrefix(l.operands, "gzva")
	}
	return storing.MatchString(l.mnemonic) && !strings.HasPrefix(l.mnemonic, "setf") && !strings.HasPrefix(l.mnemonic, "setffr")
}

// scalable reports whether the store's size depends on the processor.
func (l *listing) scalable() bool {
	return strings.HasPrefix(l.mnemonic, "dc") || strings.HasPrefix(l.mnemonic, "cpy") || strings.HasPrefix(l.mnemonic, "set") || l.word.bits(28, 25) == 2 || l.word.bits(28, 25) == 0
}

// memory compares the memory that is written and read: base register and size.
func (l *listing) memory(i *machine.Insn) string {
	if got := i.Store.Size > 0; got != l.stores() {
		return fmt.Sprintf("decoded with a store of %d bytes", i.Store.Size)
	}
	if l.stores() && l.scalable() != i.Store.Vector {
		return fmt.Sprintf("Vector is %v", i.Store.Vector)
	}
	m := based.FindStringSubmatch(l.operands)
	if m == nil || i.Store.Vector {
		return ""
	}
	u, known := Arch().Usage(i)
	size := l.size()
	loads := !l.stores() || i.Store.Source == machine.SourceOp || i.Store.Source == machine.SourceCompared
	switch base := names[i.Store.Base]; {
	case l.stores() && (base != m[1] || int(i.Store.Size) != size):
		return fmt.Sprintf("writes %d bytes by %s, not %d", i.Store.Size, base, size)
	case !known || strings.HasPrefix(l.mnemonic, "prf") || strings.HasPrefix(l.mnemonic, "st") && size == 0 || strings.HasSuffix(l.mnemonic, "g") && !l.stores():
	case l.word == l.word&0x3fffffff|0xc0000000 && l.word.bits(29, 24) == 0b011001 && l.word.bit(21) == 1: // of tags
	case loads && (names[u.Load.Base] != m[1] || int(u.Loaded) != size):
		return fmt.Sprintf("reads %d bytes by %s, not %d", u.Loaded, names[u.Load.Base], size)
	}
	return l.address(i, known, &u)
}

// address compares the address, for registers that all have different contents.
func (l *listing) address(i *machine.Insn, known bool, u *machine.Usage) string {
	m := &i.Store.Mem
	if i.Store.Size == 0 {
		if m = &u.Load; !known || u.Loaded == 0 {
			return ""
		}
	}
	var w machine.Words
	for x := range w {
		w[x] = uint64(x)<<33 | 0xf0000000 + uint64(x)
	}
	r := Regs(w)
	w = r.W
	inside, _, _ := strings.Cut(l.operands[strings.LastIndex(l.operands, "[")+1:], "]")
	parts := strings.Split(inside, ",")
	want := uint64(0)
	for n, part := range parts {
		part = strings.TrimSpace(part)
		x := slices.Index(names[:], strings.Replace(part, "w", "x", 1))
		switch {
		case strings.HasPrefix(part, "#"):
			v, err := strconv.ParseInt(part[1:], 0, 64)
			if err != nil {
				return err.Error()
			}
			want += uint64(v)
		case x > 0 && n == 0:
			want = w[x]
		case x > 0 || part == "xzr" || part == "wzr":
			want += extended(w[max(x, 0)], parts[n+1:])
			parts = nil
		default:
			return "cannot read " + part
		}
		if parts == nil {
			break // the rest belongs to the index
		}
	}
	if got := m.Address(&r); uint64(got) != want {
		return fmt.Sprintf("address %#x, not %#x", uint64(got), want)
	}
	return ""
}

// extended is an index register's content, extended and shifted as a text says.
func extended(v uint64, how []string) uint64 {
	if len(how) == 0 {
		return v
	}
	words := strings.Fields(how[0])
	switch words[0] {
	case "uxtw":
		v = uint64(uint32(v))
	case "sxtw":
		v = uint64(int32(v))
	}
	if len(words) > 1 {
		n, _ := strconv.Atoi(strings.TrimPrefix(words[1], "#"))
		v <<= n
	}
	return v
}

// size is how many bytes the instruction transfers, by its name and registers.
func (l *listing) size() int {
	name := l.mnemonic
	if m := vectors.FindStringSubmatch(l.operands); m != nil {
		return l.structureSize(m)
	}
	registers := strings.Split(l.operands, ",")
	part := strings.TrimSpace(registers[0])
	if exclusiveStore.MatchString(name) || strings.HasPrefix(name, "cas") || second.MatchString(name) {
		part = strings.TrimSpace(registers[1])
	}
	size := map[byte]int{'w': 4, 'x': 8, 'b': 1, 'h': 2, 's': 4, 'd': 8, 'q': 16}[part[0]]
	if part == "sp" {
		size = 8
	}
	switch {
	case strings.HasPrefix(name, "casp"):
		return 2 * size
	case name == "stgp":
		return 16
	case name == "stzg":
		return 16
	case name == "stz2g":
		return 32
	case name == "ldpsw":
		return 8
	case strings.HasPrefix(name, "st64"), strings.HasPrefix(name, "ld64"):
		return 64
	case onePair.MatchString(name):
		return 2 * size
	case strings.HasSuffix(name, "sw"):
		return 4
	case strings.HasPrefix(name, "ldra"):
		return 8
	case oneByte.MatchString(name):
		return 1
	case oneHalf.MatchString(name):
		return 2
	}
	return size
}

// structureSize is the size of a list of vectors, or of one element of each.
func (l *listing) structureSize(m []string) int {
	list, rest, _ := strings.Cut(l.operands, "}")
	count := strings.Count(list, ",") + 1
	if from, to, ok := strings.Cut(list, "-"); ok {
		number := func(s string) int {
			n, _ := strconv.Atoi(strings.Trim(strings.Split(s, ".")[0], "{ v"))
			return n
		}
		count = (number(to)-number(from)+32)%32 + 1
	}
	size := map[string]int{"b": 1, "h": 2, "s": 4, "d": 8}[m[2]]
	if !strings.HasPrefix(rest, "[") && !strings.HasSuffix(l.mnemonic, "r") {
		n, _ := strconv.Atoi(m[1])
		size *= n
	}
	return count * size
}

// registers compares which general registers change, and whether the flags do.
func (l *listing) registers(i *machine.Insn) string {
	if op := l.word.bits(28, 25); op == 2 || op == 0 || l.mnemonic == "tcancel" || l.word == chkfeat { // SVE and SME: not listed
		return ""
	}
	flags := setsFlags.MatchString(l.mnemonic) || l.mnemonic == "msr" && strings.HasPrefix(l.operands, "nzcv") ||
		l.mnemonic == "mrs" && strings.Contains(l.operands, "rndr")
	if i.Flags != flags {
		return fmt.Sprintf("changes flags: %v", i.Flags)
	}
	var want machine.RegSet
	for _, name := range l.changed() {
		want |= 1 << machine.Reg(max(0, slices.Index(names[:], name)))
	}
	if want &^= 1 << machine.NoReg; i.Writes != want {
		return fmt.Sprintf("changes %v, not %v", namesOf(i.Writes), namesOf(want))
	}
	if u, known := Arch().Usage(i); known && u.Changes != want {
		return fmt.Sprintf("Usage changes %v, not %v", namesOf(u.Changes), namesOf(want))
	}
	return ""
}

func namesOf(s machine.RegSet) (list []string) {
	for x, name := range names {
		if s.Has(machine.Reg(x)) {
			list = append(list, name)
		}
	}
	return list
}

var (
	setsFlags = regexp.MustCompile(`^(adds|subs|ands|bics|adcs|sbcs|negs|ngcs|cmp|cmn|tst|cmpp|subps|ccmp|ccmn|fcmpe?|fccmpe?|fjcvtzs|rmif|setf8|setf16|cfinv|xaflag|axflag|cpy.*|setg?[pme].*)$`)
	signsX30  = regexp.MustCompile(`^((pac|aut)i[ab](z|sp)|xpaclri)$`)
	none      = regexp.MustCompile(`^(st(r|ur|p|np|l|g|z|2|t|[1-4]|u?(max|min)|smax|smin|add|clr|eor|set|64)|cmp|cmn|tst|ccm|cb|tb|b$|b\.|bc\.|br|ret|msr|prf|dc$|ic$|at$|tlbi$|cfp$|dvp$|cpp$|sys$|rmif|setf|wf[ei]t|gcs|trcit)`)
	second    = regexp.MustCompile(`^(swp|ld(add|clr|eor|set|[su]max|[su]min))`)
	two       = regexp.MustCompile(`^(ldp|ldnp|ldpsw|ldxp|ldaxp|casp.*)$`)
)

// changed are the general registers that the instruction changes.
func (l *listing) changed() (list []string) {
	switch {
	case l.mnemonic == "bl", strings.HasPrefix(l.mnemonic, "blr"), signsX30.MatchString(l.mnemonic), l.mnemonic == "retaa", l.mnemonic == "retab":
		return []string{"x30"}
	case strings.HasSuffix(l.mnemonic, "1716"):
		return []string{"x17"}
	case l.mnemonic == "svc":
		return []string{"x0"}
	}
	if m := writeback.FindStringSubmatch(l.operands); m != nil {
		list = append(list, m[1])
	}
	operands := strings.Split(strings.NewReplacer("[", "", "]!", "", "!", "", "w", "x").Replace(l.operands), ",")
	for n := range operands {
		if operands[n] = strings.TrimSpace(operands[n]); operands[n] == "xsp" {
			operands[n] = "sp"
		}
	}
	exclusive := exclusiveStore.MatchString(l.mnemonic)
	switch {
	case l.mnemonic == "ld64b":
		return append(list, names[i64(l.word):i64(l.word)+8]...)
	case strings.HasPrefix(l.mnemonic, "cpy"):
		return operands[:3]
	case memorySet.MatchString(l.mnemonic):
		return operands[:2]
	case strings.HasPrefix(l.mnemonic, "st64bv"), exclusive:
		return append(list, operands[0])
	case none.MatchString(l.mnemonic):
		return list
	case second.MatchString(l.mnemonic):
		return append(list, operands[1])
	case two.MatchString(l.mnemonic):
		return append(list, operands[:2]...)
	}
	return append(list, operands[0])
}

// i64 is the index of the first register that a word transfers.
func i64(w word) int { return int(w.rd()) + 1 }

var (
	writeback      = regexp.MustCompile(`\[(x\d+|sp)[^]]*\](?:!|, ?[#x])`)
	exclusiveStore = regexp.MustCompile(`^stl?x`)
	memorySet      = regexp.MustCompile(`^setg?[pme]`)
	onePair        = regexp.MustCompile(`^(st|ld)(n?p$|l?a?xp$|psw$|gp$)`)
	oneByte        = regexp.MustCompile(`^(ld|st|cas|swp)[a-z]*b$`)
	oneHalf        = regexp.MustCompile(`^(ld|st|cas|swp)[a-z]*h$`)
)

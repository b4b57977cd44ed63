package expr

// siginfoType is the type of $_siginfo: a siginfo_t as gdb describes it on Linux for 64-bit
// programs (gdb, linux-tdep.c; include/uapi/asm-generic/siginfo.h).
func siginfoType(b *basics) *Type {
	alias := func(name string, t *Type) *Type { return &Type{Kind: Typedef, Name: name, Elem: t, Size: t.Size} }
	pid, uid, clock := alias("__pid_t", b.int), alias("__uid_t", b.uint), alias("__clock_t", b.long)
	pointer := PointerTo(b.void)
	value := layOut(Union, "sigval_t", Field{Name: "sival_int", Type: b.int}, Field{Name: "sival_ptr", Type: pointer})
	pad := ArrayOf(b.int, 28)
	part := func(fields ...Field) *Type { return layOut(Struct, "", fields...) }
	kill := []Field{{Name: "si_pid", Type: pid}, {Name: "si_uid", Type: uid}}
	sigval := Field{Name: "si_sigval", Type: value}
	bounds := part(Field{Name: "_lower", Type: pointer}, Field{Name: "_upper", Type: pointer})
	fields := layOut(Union, "",
		Field{Name: "_pad", Type: pad},
		Field{Name: "_kill", Type: part(kill...)},
		Field{Name: "_timer", Type: part(Field{Name: "si_tid", Type: b.int}, Field{Name: "si_overrun", Type: b.int}, sigval)},
		Field{Name: "_rt", Type: part(kill[0], kill[1], sigval)},
		Field{Name: "_sigchld", Type: part(kill[0], kill[1], Field{Name: "si_status", Type: b.int}, Field{Name: "si_utime", Type: clock}, Field{Name: "si_stime", Type: clock})},
		Field{Name: "_sigfault", Type: part(Field{Name: "si_addr", Type: pointer}, Field{Name: "_addr_lsb", Type: b.short}, Field{Name: "_addr_bnd", Type: bounds})},
		Field{Name: "_sigpoll", Type: part(Field{Name: "si_band", Type: b.long}, Field{Name: "si_fd", Type: b.int})},
		Field{Name: "_sigsys", Type: part(Field{Name: "_call_addr", Type: pointer}, Field{Name: "_syscall", Type: b.int}, Field{Name: "_arch", Type: b.uint})},
	)
	info := layOut(Struct, "siginfo", Field{Name: "si_signo", Type: b.int}, Field{Name: "si_errno", Type: b.int},
		Field{Name: "si_code", Type: b.int}, Field{Name: "_sifields", Type: fields})
	pad.Vector = true // in gdb's description only: the kernel's array is aligned as an int
	return info
}

// layOut makes a struct or union with the offsets that C gives its members.
func layOut(kind Kind, name string, fields ...Field) *Type {
	t := &Type{Kind: kind, Name: name}
	align := int64(1)
	for _, f := range fields {
		a := alignOf(f.Type)
		align = max(align, a)
		if kind == Struct {
			f.Offset = (t.Size + a - 1) / a * a
		}
		t.Size = max(t.Size, f.Offset+sizeOf(f.Type))
		t.fields = append(t.fields, f)
	}
	t.Size = (t.Size + align - 1) / align * align
	return t
}

// siginfo is $_siginfo: what the kernel says of the signal that stopped the selected thread.
func (c *Context) siginfo() (Value, error) {
	if c.Siginfo == nil {
		return Value{}, sentence("Unable to read siginfo")
	}
	b, err := c.Siginfo()
	if err != nil {
		return Value{}, sentence("Unable to read siginfo: %w", err)
	}
	t := siginfoType(c.basics())
	if int64(len(b)) < t.Size {
		return Value{}, sentence("Unable to read siginfo")
	}
	return newValue(t, b[:t.Size]), nil
}

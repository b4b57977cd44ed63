package remote

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"strings"

	"rseqstep/stepper/expr"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// threadLocal answers qGetTLSAddr:THREAD,OFFSET,LM: the address of a
// thread-local variable OFFSET bytes into its module's block. LM is the
// module's struct link_map, 0 in a program that has none (gdb manual, "General
// Query Packets").
//
// gdbserver uses libthread_db, which is C and must match the program's libc. That library
// in turn reads the layout of libc's structures from the program; so does this code.
func (c *client) threadLocal(args string) (string, error) {
	f := strings.Split(args, ",")
	if len(f) != 3 {
		return "", errSyntax
	}
	id, ok1 := parseThread(f[0])
	offset, ok2 := number(f[1])
	module, ok3 := number(f[2])
	if !ok1 || !ok2 || !ok3 {
		return "", errSyntax
	}
	var r machine.Regs
	if err := c.p.target.Regs(id.TID, &r); err != nil {
		return "", err
	}
	if r.ThreadPointer() == 0 {
		return "", errors.New("the thread has no thread pointer yet")
	}
	var block table.Addr
	var err error
	if head, none := c.linkMap(); module == 0 || none == nil && module == head {
		block, err = c.ownBlock(uint64(r.ThreadPointer()))
	} else {
		block, err = c.libraryBlock(module, uint64(r.ThreadPointer()))
	}
	if err != nil {
		return "", err
	}
	return hexAddr(block + table.Addr(offset)), nil
}

// ownBlock is the block of the program itself.
func (c *client) ownBlock(tp uint64) (table.Addr, error) {
	headers, _, err := c.programHeaders()
	if err != nil {
		return 0, err
	}
	for _, h := range headers {
		if elf.ProgType(h.Type) == elf.PT_TLS {
			return table.Addr(tp + uint64(c.p.target.Arch().ThreadBlock(h.Vaddr, h.Memsz, h.Align))), nil
		}
	}
	return 0, errors.New("the program has no thread-local variables")
}

// libraryBlock is the block of the library with this struct link_map. The
// offset of the library's number in that structure differs between versions of
// glibc, which describes it for debuggers: three words of 32 bits, the last one
// an offset in bytes (glibc, nptl_db/db_info.c).
func (c *client) libraryBlock(linkMap, tp uint64) (table.Addr, error) {
	at, ok := c.p.symbols.Address("_thread_db_link_map_l_tls_modid")
	if !ok {
		return 0, errors.New("the program's C library does not tell debuggers where thread-local variables are")
	}
	about := make([]byte, 12)
	if n, err := c.p.target.ReadMemory(at, about); n < len(about) {
		return 0, err
	}
	word := func(a table.Addr) (uint64, error) {
		w, err := c.words(uint64(a), 1)
		if err != nil {
			return 0, err
		}
		return w[0], nil
	}
	number, err := word(table.Addr(linkMap + uint64(binary.LittleEndian.Uint32(about[8:]))))
	if err != nil {
		return 0, err
	}
	return expr.TLSBlock(word, c.p.target.Arch(), tp, number)
}

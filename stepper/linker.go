package stepper

import (
	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// linkerHook is the function that the dynamic linker calls when the list of libraries has
// changed (glibc and musl; see link.h's r_brk).
const linkerHook = "_dl_debug_state"

// linker is the trap at the dynamic linker's hook.
type linker struct {
	book      *ledger.Book
	hook      table.Addr // 0 when unknown
	listening bool       // hook must have a trap, once it is known
}

// listen inserts the trap. It stays from the first command on that must learn of libraries
// immediately. A program that the debugger has only attached to, or that runs with nothing else
// set, does not have it: such a program contains nothing of the debugger and survives its death.
func (l *linker) listen() {
	l.listening = true
	if l.hook != 0 {
		_ = l.book.Plant(l.hook, ledger.Owner{Why: ledger.Linker}) // each command tries again
	}
}

// unlisten removes the trap.
func (l *linker) unlisten() error {
	l.listening = false
	return l.book.Unplant(l.hook, ledger.Owner{Why: ledger.Linker})
}

// moved says where the hook is now.
func (l *linker) moved(hook table.Addr) error {
	listening := l.listening
	if hook != l.hook {
		if err := l.unlisten(); err != nil {
			return err
		}
		l.hook = hook
	}
	if listening {
		l.listen()
	}
	return nil
}

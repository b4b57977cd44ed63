package tracee

import (
	"errors"
	"syscall"
)

// IsGone reports whether an error says that the thread or process of a request has ended: ESRCH
// (ptrace(2)).
func IsGone(err error) bool { return errors.Is(err, syscall.ESRCH) }

package opv

// Errno is the error number of the system call, positive as in
// include/uapi/asm-generic/errno-base.h. It is defined here because this
// package makes no system call and imports none.
type Errno int

const (
	EAGAIN Errno = 11 // memory that was expected to fault faulted
	EFAULT Errno = 14 // inaccessible memory
	EINVAL Errno = 22 // a vector, a CPU or flags that the ABI forbids
)

func (e Errno) Error() string {
	switch e {
	case EAGAIN:
		return "EAGAIN"
	case EFAULT:
		return "EFAULT"
	}
	return "EINVAL"
}

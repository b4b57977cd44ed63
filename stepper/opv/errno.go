package opv

// Errno is what the system call fails with, a positive number as in
// include/uapi/asm-generic/errno-base.h. It is here because this package
// makes no system call and imports none.
type Errno int

const (
	EAGAIN Errno = 11 // memory that was expected to fault did
	EFAULT Errno = 14 // memory that is not accessible
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

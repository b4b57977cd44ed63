package unit

// Numbers of system calls that are made in the traced program
// (arch/x86/entry/syscalls/syscall_64.tbl).
const (
	SysMmap         = 9
	SysMunmap       = 11
	SysGettimeofday = 96
	SysTime         = 201
	SysClockGettime = 228
	SysClockGetres  = 229
	SysGetcpu       = 309
	SysGetrandom    = 318
	SysRseq         = 334
)

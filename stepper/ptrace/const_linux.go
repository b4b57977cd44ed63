package ptrace

// Requests of ptrace(2) in use that every architecture has. See include/uapi/linux/ptrace.h.
const (
	reqPeekData    = 2
	reqPokeText    = 4
	reqCont        = 7
	reqSingleStep  = 9
	reqDetach      = 17
	reqSyscall     = 24
	reqSetOptions  = 0x4200
	reqGetEventMsg = 0x4201
	reqGetSiginfo  = 0x4202
	reqSetSiginfo  = 0x4203
	reqGetRegSet   = 0x4204
	reqSetRegSet   = 0x4205
	reqSeize       = 0x4206
	reqInterrupt   = 0x4207
	reqListen      = 0x4208
	reqGetSigmask  = 0x420a
	reqSetSigmask  = 0x420b
	reqSyscallInfo = 0x420e // PTRACE_GET_SYSCALL_INFO, since Linux 5.3
	reqGetRseq     = 0x420f // PTRACE_GET_RSEQ_CONFIGURATION, since Linux 5.13
)

// Events that PTRACE_SETOPTIONS asks for, as bits 16 and up of a wait status.
// See include/uapi/linux/ptrace.h.
const (
	eventFork      = 1
	eventVfork     = 2
	eventClone     = 3
	eventExec      = 4
	eventVforkDone = 5
	eventSeccomp   = 7
	eventStop      = 128
)

// Options. An event's option bit is 1 << event. See include/uapi/linux/ptrace.h.
//
// PTRACE_O_TRACEEXIT is not set: the wait status of the exit contains
// everything that is reported. PTRACE_O_TRACESECCOMP is set only if a call is
// trapped (LaunchOptions.Trap): without it the kernel answers a filter's
// RET_TRACE with ENOSYS, just as for an untraced program.
const (
	optTraceSysGood = 1
	optExitKill     = 1 << 20
	optSeccomp      = 1 << eventSeccomp
	optEvents       = 1<<eventFork | 1<<eventVfork | 1<<eventClone | 1<<eventExec | 1<<eventVforkDone
)

// Flags of wait4. See include/uapi/linux/wait.h.
const (
	waitNoHang   = 1
	waitNoThread = 0x20000000 // __WNOTHREAD: only what this OS thread traces or forked
	waitAll      = 0x40000000 // __WALL: threads as well as processes
)

// si_code of a SIGTRAP. See include/uapi/asm-generic/siginfo.h.
const (
	codeUser       = 0    // SI_USER: kill(2)
	codeBreakpoint = 1    // TRAP_BRKPT
	codeTrace      = 2    // TRAP_TRACE: a single step
	codeHardware   = 4    // TRAP_HWBKPT: a debug register alone
	codeHandler    = 5    // the SIGTRAP itself: a step that entered a signal handler (signal_setup_done, kernel/signal.c)
	codeKernel     = 0x80 // SI_KERNEL
	codeTkill      = -6   // SI_TKILL
)

const (
	notePRFPReg = 2   // NT_PRFPREG, include/uapi/linux/elf.h
	siginfoSize = 128 // SI_MAX_SIZE, include/uapi/asm-generic/siginfo.h
)

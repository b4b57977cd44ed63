// Package opv is cpu_opv without the kernel: both published forms of the system
// call, an interpreter for critical sections, and the conversion from sections
// to vectors. It makes no system call and knows no process; memory is an
// interface, and the caller knows which CPU a thread is on.
//
//   - ABI, Op, Vector, Call: what a program passes to the system call, and what
//     the kernel would have returned. Execute runs a vector over a Memory.
//   - Run interprets a section from its start to its exit. It writes nothing and reports what it
//     would have read and written.
//   - Build turns such a pass into a Plan: the vector that does the same, the
//     CPU to run it on, and the registers to give to the thread afterwards.
//   - Describer describes a section in words without running it.
//
// # What the interpreter supports
//
// amd64: the general-purpose instructions that compute, move, compare and
// jump, push and pop, bit and string instructions, conditional moves, locked
// ones, andn and the flagless shifts, and the moves and zeroing of SSE and AVX.
// Unsupported: div (it may raise an exception), x87, MMX, vector arithmetic, XOP,
// AVX-512, string compares, and 32-bit addresses in strings and loops.
//
// arm64: the integer instructions of ARMv8.0, loads and stores of general and
// vector registers in all sizes and modes, load-acquire and store-release,
// the atomics of FEAT_LSE and FEAT_LRCPC, moves and bitwise operations of whole vector
// registers, ld1 and st1. A store-exclusive needs its load-exclusive in the same pass, and
// succeeds. Unsupported: floating-point and vector arithmetic, SVE, signing of
// addresses, memory tags, crc32, FEAT_MOPS, and what the manual calls unpredictable.
//
// Neither: calls, returns, indirect jumps, system calls. All of these give ErrUnsupported.
//
// Flags are exact if the manual defines them. If it leaves them undefined, the
// functions document the chosen value; a section that branches on such a flag
// varies between processors anyway. The tests compare each instruction with the
// processor they run on, over generated states, except for those flags, and
// also every whole section of the fixtures and of workerd.
//
// # Decisions
//
//   - The ABIs: v3 and v9 as in their headers and the kernel's code
//     (include/uapi/linux/cpu_opv.h and kernel/cpu_opv.c of the patch series; the
//     v9 header is also in librseq). Two points that the available sources leave open
//     are our choice: CPU_OP_NR_FLAG wins if v9 is given both flags, and v9's
//     release operations have the same limits as those without.
//   - Order of checks: flags, CPU below 0 and count, the array's memory, the
//     operations, all their memory, only then whether the CPU is allowed. That
//     is the order of the kernel's code, and a program can observe it.
//   - Compares of cpu_id are not in the vector: the CPU argument of the system call
//     serves for them. A field loaded into a register keeps its meaning
//     through moves, so that `mov cpu_id, %r; cmp %r, …` names the CPU too.
//   - A vector's constants are in a range of addresses that no process can
//     have (Scratch), and Plan.Memory provides them. Refused: writing them into
//     the tracee, which needs unused memory there. Plan.Place
//     does that for an external executor.
//   - Every value read is compared, used or not, except for an addition to memory
//     that nothing else in the pass accesses and whose flags no branch or move
//     inside the section uses. Its flags at the exit are those of the
//     interpreted pass.
//   - Neighbouring bytes share an operation, both reads and
//     writes, which changes their order. All threads are stopped while a vector
//     runs, so no thread sees it; without it tcmalloc's batches would not fit. The last
//     store stays separate at the end, as commits do, if there is room.
//   - A read of memory that was written in the same pass is not compared: the
//     value is the pass's own. So the vector's compares come first.
//   - Operands are decoded by the instruction sets (packages interp/amd64 and interp/arm64) and not
//     in package machine, which keeps only what stepping needs, in values without pointers. Refused:
//     x86asm, which does not support VEX.
//   - arm64 is compared with qemu's processor only: scripts/kernels --arch arm64 --packages stepper/opv.
//   - Without a Checker, memory is checked by reading it and writing it back; a tracer
//     should be a Checker, because its own accesses bypass page protections.
//   - Describe names long loads (let a = …) that are parts of addresses, and
//     forgets at a label every register that the section changes. Refused:
//     unrolling loops, which need not end in a description without values.
package opv

// Package opv is cpu_opv without the kernel: both published forms of the
// system call, an interpreter for critical sections, and the way from one to
// the other. It makes no system call and knows no process; memory is an
// interface, and which CPU a thread is on is its caller's business.
//
//   - ABI, Op, Vector, Call: what a program passes to the system call, and what
//     the kernel would have answered. Execute runs a vector over a Memory.
//   - Run interprets a section of amd64 code from its start to its exit. It
//     writes nothing, it says what it would have read and written.
//   - Build turns such a pass into a Plan: the vector that does the same, the
//     CPU to run it on, and the registers to give to the thread afterwards.
//   - Describer puts a section into words without running it.
//
// # What the interpreter knows
//
// The general-purpose instructions that compute, move, compare and jump, push
// and pop, bit and string instructions, conditional moves, locked ones, andn
// and the flagless shifts, and the moves and zeroing of SSE and AVX. Not: div
// (it may raise an exception), calls, returns, indirect jumps, system calls,
// x87, MMX, vector arithmetic, XOP, AVX-512, string compares, and 32-bit
// addresses in strings and loops. All of these give ErrUnsupported.
//
// Flags are exact where the manual defines them. Where it leaves them open,
// the functions say what they do; a section that branches on such a flag does
// on another processor what that one pleases anyway. The tests compare each
// instruction with the processor they run on, over generated states, except
// for those flags, and every section of the fixtures and of workerd as a whole.
//
// # Decisions
//
//   - The ABIs: v3 and v9 as their headers and the kernel's code have them
//     (include/uapi/linux/cpu_opv.h and kernel/cpu_opv.c of the patch series; the
//     v9 header is also in librseq). Two points the sources at hand leave open
//     are ours: CPU_OP_NR_FLAG wins where v9 is given both flags, and v9's
//     release operations have the same limits as those without.
//   - Order of checks: flags, CPU below 0 and count, the array's memory, the
//     operations, all their memory, only then whether the CPU is allowed. That
//     is the order of the kernel's code; a program can tell.
//   - Compares of cpu_id are not in the vector. They are what the CPU argument of
//     the system call is for. A field loaded into a register keeps its meaning
//     through moves, so that `mov cpu_id, %r; cmp %r, …` names the CPU too.
//   - A vector's constants lie in a range of addresses that no process can
//     have (Scratch), and Plan.Memory answers for it. Refused: writing them into
//     the tracee, which needs memory there that nobody else uses. Plan.Place
//     does that for an executor that is not ours.
//   - Every value read is compared, used or not, but for an addition to memory
//     that nothing else in the pass touches and whose flags no branch or move
//     inside the section takes. Its flags at the exit are those of the
//     interpreted pass.
//   - Neighbouring bytes share an operation, for reads by place and for writes
//     too, which changes their order. All threads are stopped while a vector
//     runs, so nobody sees it; without it tcmalloc's batches would not fit. The last
//     store stays alone at the end, as commits are written, where there is room.
//   - A read of memory that was written in the same pass is not compared: the
//     value is the pass's own. So the vector's compares come first.
//   - Operands are decoded here and not in package machine, which keeps only what
//     stepping needs, in values without pointers. Refused: x86asm, which knows
//     no VEX, and exporting amd64's decoder, whose fields serve its own tables.
//   - Checking memory by reading and writing it back is the fallback; a tracer
//     should be a Checker, since its own accesses pass over page protections.
//   - Describe names long loads (let a = …) where they are parts of addresses, and
//     forgets at a label what any instruction of the section changes. Refused:
//     unrolling loops, which a description without values cannot end.
package opv

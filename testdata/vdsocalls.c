/* Calls the vDSO function named by its argument directly, and checks against raw system calls what it gives, and
   that it left the callee-saved registers and the stack alone. SIGALRM and SIGUSR1 are handled: the handler asks the
   vDSO for the time. Prints "ok NAME" and how often the handler ran; the status is the line of the check that failed. */
#define _GNU_SOURCE
#include <elf.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CHECK(x) do { if (!(x)) { printf("line %d: %s\n", __LINE__, #x); exit(__LINE__ & 255); } } while (0)

static uintptr_t vdso;
static void *now; /* clock_gettime */
static volatile int handled, handler_wrong, jumps; /* jumps: the handler does not return */
static sigjmp_buf away;
unsigned long kept; /* calls that gave all six registers back */

/* guarded(f, a, b, c, d, e) is f(a, b, c, d, e), with marks in the callee-saved registers. */
long guarded(void *f, long a, long b, long c, long d, long e);
#ifdef __aarch64__
#define VDSO "__kernel_"
__asm__(".pushsection .text\n"
	".globl guarded\n.type guarded, %function\n"
	"guarded:\n"
	".cfi_startproc\n"
	"	stp x29, x30, [sp, #-64]!\n	.cfi_def_cfa_offset 64\n	.cfi_offset 29, -64\n	.cfi_offset 30, -56\n"
	"	stp x19, x20, [sp, #16]\n	.cfi_offset 19, -48\n	.cfi_offset 20, -40\n"
	"	stp x21, x22, [sp, #32]\n	.cfi_offset 21, -32\n	.cfi_offset 22, -24\n"
	"	stp x27, x28, [sp, #48]\n	.cfi_offset 27, -16\n	.cfi_offset 28, -8\n"
	"	mov x9, x0\n	mov x0, x1\n	mov x1, x2\n	mov x2, x3\n	mov x3, x4\n	mov x4, x5\n"
	"	mov x19, #0x1111\n	mov x20, #0x2222\n	mov x21, #0x3333\n"
	"	mov x22, #0x4444\n	mov x27, #0x5555\n	mov x28, #0x6666\n"
	"	blr x9\n"
	"	mov x10, #0x1111\n	cmp x19, x10\n	b.ne 1f\n	mov x10, #0x2222\n	cmp x20, x10\n	b.ne 1f\n"
	"	mov x10, #0x3333\n	cmp x21, x10\n	b.ne 1f\n	mov x10, #0x4444\n	cmp x22, x10\n	b.ne 1f\n"
	"	mov x10, #0x5555\n	cmp x27, x10\n	b.ne 1f\n	mov x10, #0x6666\n	cmp x28, x10\n	b.ne 1f\n"
	"	adrp x10, kept\n	add x10, x10, :lo12:kept\n	ldr x11, [x10]\n	add x11, x11, #1\n	str x11, [x10]\n"
	"1:	ldp x19, x20, [sp, #16]\n	ldp x21, x22, [sp, #32]\n	ldp x27, x28, [sp, #48]\n"
	"	ldp x29, x30, [sp], #64\n	.cfi_def_cfa_offset 0\n"
	"	ret\n"
	".cfi_endproc\n.size guarded, .-guarded\n.popsection\n");
#else
#define VDSO "__vdso_"
__asm__(".pushsection .text\n"
	".globl guarded\n.type guarded, @function\n"
	"guarded:\n"
	".cfi_startproc\n"
	".irp r, rbx, rbp, r12, r13, r14, r15\n"
	"	push %\\r\n	.cfi_adjust_cfa_offset 8\n"
	".endr\n"
	"	sub $8, %rsp\n	.cfi_adjust_cfa_offset 8\n"
	"	mov %rdi, %rax\n	mov %rsi, %rdi\n	mov %rdx, %rsi\n	mov %rcx, %rdx\n	mov %r8, %rcx\n	mov %r9, %r8\n"
	"	mov $0x1111, %rbx\n	mov $0x2222, %rbp\n	mov $0x3333, %r12\n"
	"	mov $0x4444, %r13\n	mov $0x5555, %r14\n	mov $0x6666, %r15\n"
	"	call *%rax\n"
	"	cmp $0x1111, %rbx\n	jne 1f\n	cmp $0x2222, %rbp\n	jne 1f\n	cmp $0x3333, %r12\n	jne 1f\n"
	"	cmp $0x4444, %r13\n	jne 1f\n	cmp $0x5555, %r14\n	jne 1f\n	cmp $0x6666, %r15\n	jne 1f\n"
	"	incq kept(%rip)\n"
	"1:	add $8, %rsp\n	.cfi_adjust_cfa_offset -8\n"
	".irp r, r15, r14, r13, r12, rbp, rbx\n"
	"	pop %\\r\n	.cfi_adjust_cfa_offset -8\n"
	".endr\n"
	"	ret\n"
	".cfi_endproc\n.size guarded, .-guarded\n.popsection\n");
#endif

static void *symbol(const char *name)
{
	Elf64_Ehdr *e = (void *)vdso;
	Elf64_Shdr *sh = (void *)(vdso + e->e_shoff);

	for (int i = 0; i < e->e_shnum; i++) {
		if (sh[i].sh_type != SHT_DYNSYM)
			continue;
		Elf64_Sym *s = (void *)(vdso + sh[i].sh_offset);
		const char *names = (void *)(vdso + sh[sh[i].sh_link].sh_offset);
		for (uint64_t n = 0; n < sh[i].sh_size / sizeof *s; n++)
			if (strcmp(names + s[n].st_name, name) == 0)
				return (void *)(vdso + s[n].st_value);
	}
	return NULL;
}

static void handler(int sig)
{
	struct timespec ts = { 0, -1 };
	(void)sig;
	if (((int (*)(clockid_t, struct timespec *))now)(CLOCK_MONOTONIC, &ts) != 0 || ts.tv_nsec < 0)
		handler_wrong = 1;
	handled++;
	if (jumps)
		siglongjmp(away, 1);
}

static int64_t ns(struct timespec t) { return t.tv_sec * 1000000000 + t.tv_nsec; }

static int64_t raw(clockid_t clock)
{
	struct timespec t;
	CHECK(syscall(SYS_clock_gettime, clock, &t) == 0);
	return ns(t);
}

static void clock_gettime_(void *f)
{
	struct timespec t = { -1, -1 };
	int64_t before = raw(CLOCK_MONOTONIC);
	CHECK(guarded(f, CLOCK_MONOTONIC, (long)&t, 0, 0, 0) == 0);
	CHECK(before <= ns(t) && ns(t) <= raw(CLOCK_MONOTONIC));
}

static void gettimeofday_(void *f)
{
	struct timeval t = { -1, -1 };
	struct timezone z = { -1, -1 };
	int64_t before = raw(CLOCK_REALTIME) / 1000;
	CHECK(guarded(f, (long)&t, (long)&z, 0, 0, 0) == 0);
	CHECK(before <= t.tv_sec * 1000000 + t.tv_usec && t.tv_sec * 1000000 + t.tv_usec <= raw(CLOCK_REALTIME) / 1000);
	CHECK(z.tz_minuteswest != -1);
}

/* time is read from a coarser clock: up to a tick before. */
static void time_(void *f)
{
	time_t t = -1, before = raw(CLOCK_REALTIME) / 1000000000;
	time_t got = guarded(f, (long)&t, 0, 0, 0, 0);
	CHECK(got == t);
	CHECK(before - 1 <= got && got <= raw(CLOCK_REALTIME) / 1000000000);
}

static void timenull(void *f)
{
	time_t before = raw(CLOCK_REALTIME) / 1000000000, got = guarded(f, 0, 0, 0, 0, 0);
	CHECK(before - 1 <= got && got <= raw(CLOCK_REALTIME) / 1000000000);
}

static void clock_getres_(void *f)
{
	struct timespec t = { -1, -1 }, want;
	CHECK(syscall(SYS_clock_getres, CLOCK_MONOTONIC, &want) == 0);
	CHECK(guarded(f, CLOCK_MONOTONIC, (long)&t, 0, 0, 0) == 0);
	CHECK(ns(t) == ns(want));
}

static void getcpu_(void *f)
{
	unsigned cpu = ~0u, node = ~0u;
	cpu_set_t may;
	CHECK(sched_getaffinity(0, sizeof may, &may) == 0);
	CHECK(guarded(f, (long)&cpu, (long)&node, 0, 0, 0) == 0);
	CHECK(cpu < CPU_SETSIZE && CPU_ISSET(cpu, &may) && node < 1024);
}

/* struct vgetrandom_opaque_params, include/uapi/linux/random.h. */
struct params { uint32_t size, prot, flags, reserved[13]; };

static void getrandom_(void *f)
{
	struct params p;
	unsigned char a[200], b[200], same[200];
	memset(a, 0xa5, sizeof a), memset(b, 0xa5, sizeof b), memset(same, 0xa5, sizeof same);
	CHECK(guarded(f, 0, 0, 0, (long)&p, ~0L) == 0);
	unsigned char *state = mmap(NULL, 4096, p.prot, p.flags, -1, 0);
	CHECK(state != MAP_FAILED);
	CHECK(guarded(f, (long)a, sizeof a, 0, (long)state, p.size) == sizeof a);
	CHECK(memcmp(a + 100, same, 100) != 0);
	/* The state serves the next call: it gets a generation (never 0) and is in nobody's use. */
	CHECK(guarded(f, (long)b, sizeof b, 0, (long)state, p.size) == sizeof b);
	CHECK(memcmp(b + 100, same, 100) != 0 && memcmp(a, b, sizeof a) != 0);
	if (p.size == 144)
		CHECK(*(uint64_t *)(state + 128) != 0 && state[137] == 0);
	kept -= 2;
}

/* Unlocks a robust futex that nobody waits for, and clears the pending operation behind *pop. The kernel does that
   for a thread that is interrupted in between (Documentation/locking/robust-futex-ABI.rst). A futex that somebody
   waits for stays as it is. */
static void try_unlock(void *f, int bytes)
{
	enum { TID = 0x1234 };
	uint32_t lock = TID;
	uint64_t pending[2] = { ~0ul, ~0ul };
	CHECK((uint32_t)guarded(f, (long)&lock, TID, (long)pending, 0, 0) == TID);
	CHECK(lock == 0 && pending[0] == (bytes == 8 ? 0 : ~0ul << 32) && pending[1] == ~0ul);
	lock = FUTEX_WAITERS | TID;
	pending[0] = ~0ul;
	CHECK((uint32_t)guarded(f, (long)&lock, TID, (long)pending, 0, 0) == (FUTEX_WAITERS | TID));
	CHECK(lock == (FUTEX_WAITERS | TID) && pending[0] == ~0ul);
	kept--;
}

static void unlock64(void *f) { try_unlock(f, 8); }
static void unlock32(void *f) { try_unlock(f, 4); }

/* The function itself raises SIGSEGV; the system call would answer -EFAULT. */
static void badptr(void *f)
{
	guarded(f, CLOCK_MONOTONIC, 8, 0, 0, 0);
}

/* Calls into one buffer after the other from the same frame; a call that the handler jumps out of leaves its own alone. */
static void jumping(void *f)
{
	static struct timespec t[2] = { { -1, -1 }, { -1, -1 } };
	static volatile int i = -1;

	jumps = 1;
	sigsetjmp(away, 1);
	for (i++; i < 2; i++)
		CHECK(guarded(f, CLOCK_MONOTONIC, (long)&t[i], 0, 0, 0) == 0);
	for (i = 0; i < 2; i++)
		CHECK((t[i].tv_nsec == -1) == (handled > i));
	kept -= 1 - handled;
}

/* Under a seccomp filter that kills for clock_gettime(2). */
static void filtered(void *f)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof *code, code };
	struct timespec t = { -1, -1 };
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	CHECK(guarded(f, CLOCK_MONOTONIC, (long)&t, 0, 0, 0) == 0);
	CHECK(t.tv_nsec >= 0);
}

static const struct { const char *argument, *function; void (*call)(void *); } calls[] = {
	{ "clock_gettime", VDSO "clock_gettime", clock_gettime_ },
	{ "gettimeofday", VDSO "gettimeofday", gettimeofday_ },
	{ "time", VDSO "time", time_ },
	{ "timenull", VDSO "time", timenull },
	{ "clock_getres", VDSO "clock_getres", clock_getres_ },
	{ "getcpu", VDSO "getcpu", getcpu_ },
	{ "getrandom", VDSO "getrandom", getrandom_ },
	{ "unlock64", VDSO "futex_robust_list64_try_unlock", unlock64 },
	{ "unlock32", VDSO "futex_robust_list32_try_unlock", unlock32 },
	{ "badptr", VDSO "clock_gettime", badptr },
	{ "jumping", VDSO "clock_gettime", jumping },
	{ "filtered", VDSO "clock_gettime", filtered },
};

int main(int argc, char **argv)
{
	vdso = getauxval(AT_SYSINFO_EHDR);
	now = symbol(VDSO "clock_gettime");
	CHECK(argc == 2 && vdso && now);
	signal(SIGALRM, handler);
	signal(SIGUSR1, handler);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (strcmp(calls[i].argument, argv[1]))
			continue;
		void *f = symbol(calls[i].function);
		CHECK(f);
		calls[i].call(f);
		CHECK(kept == 1 && !handler_wrong);
		printf("ok %s %d\n", argv[1], handled);
		return 0;
	}
	return 2;
}

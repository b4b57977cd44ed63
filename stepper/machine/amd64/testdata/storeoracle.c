/* Prints, for every instruction form with a memory operand that this processor
   executes, whether it writes that operand and how many bytes: the operand is
   put on a read-only page, where only a write faults, and then across the edge
   of a writable one. One line a form: "<hex> <bytes written> <offset of the first
   byte from rdi>". Left out are forms that change segment registers, save or
   load the extended state, or leave the place. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { PAGE = 4096, TRIES = 18 };
enum outcome { NOTHING, WRITE, REFUSED, OTHER };

static sigjmp_buf back;
static volatile enum outcome got;
static volatile uintptr_t where;
static unsigned char *code, *edge; /* edge: first byte of the read-only pages */
static char altstack[1 << 16];

static void handler(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;
	greg_t *g = uc->uc_mcontext.gregs;
	where = (uintptr_t)si->si_addr;
	if (sig == SIGTRAP)
		got = NOTHING;
	else if (sig == SIGSEGV && g[REG_TRAPNO] == 14 && (g[REG_ERR] & 2))
		got = WRITE;
	else if (sig == SIGILL)
		got = REFUSED;
	else
		got = OTHER;
	siglongjmp(back, 1);
}

static enum outcome run(const unsigned char *insn, int len, uintptr_t rdi)
{
	static char stack[PAGE * 8] __attribute__((aligned(64)));
	memcpy(code, insn, len);
	memset(code + len, 0xcc, 32);
	memset(edge - 4 * PAGE, 0, 4 * PAGE);
	if (sigsetjmp(back, 1) == 0) {
		__asm__ volatile(
			"fninit\n\t"
			"cld\n\t"
			"vpcmpeqb %%ymm0,%%ymm0,%%ymm0\n\t"
			"vmovdqa %%ymm0,%%ymm1\n\t"
			"vmovdqa %%ymm0,%%ymm2\n\t"
			"mov %0,%%rsp\n\t"
			"mov %1,%%rdi\n\t"
			"mov %1,%%rsi\n\t"
			"mov %2,%%r11\n\t"
			"mov $7,%%eax\n\t"
			"xor %%edx,%%edx\n\t"
			"mov $1,%%ecx\n\t"
			"xor %%ebx,%%ebx\n\t"
			"jmp *%%r11\n\t"
			: : "r"(stack + sizeof stack / 2), "r"(rdi), "r"(code)
			: "memory", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r11");
		__builtin_unreachable();
	}
	return got;
}

static void form(const unsigned char *insn, int len)
{
	static const int sizes[TRIES] = {1, 2, 4, 6, 8, 10, 14, 16, 28, 32, 64, 94, 108, 128, 512, 576, 1024, 2048};
	static const unsigned mxcsr = 0x1f80;
	enum outcome o = run(insn, len, (uintptr_t)edge + PAGE);
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	if (o != WRITE && o != NOTHING)
		return;
	int size = 0, off = 0;
	if (o == WRITE) {
		off = (int)((intptr_t)where - (intptr_t)edge - PAGE);
		size = -1;
		for (int i = 0; i < TRIES && size < 0; i++)
			if (run(insn, len, (uintptr_t)edge - off - sizes[i]) == NOTHING)
				size = sizes[i];
	}
	for (int i = 0; i < len; i++)
		printf("%02x", insn[i]);
	printf(" %d %d\n", size, off);
}

static int wants_imm(int map, int op)
{
	if (map == 0)
		return op == 0x69 || op == 0x81 || op == 0xc7 ? 4 : op == 0x6b || op == 0x80 || op == 0x83 || op == 0xc0 || op == 0xc1 || op == 0xc6;
	if (map == 1)
		return (op >= 0x70 && op <= 0x73) || op == 0xa4 || op == 0xac || op == 0xba || op == 0xc2 || (op >= 0xc4 && op <= 0xc6) || op == 0x0f;
	return map == 3;
}

static int skip(int map, int op, int reg, int pp)
{
	if (map == 0) {
		int modrm = (op < 0x40 && (op & 7) < 4) || op == 0x63 || op == 0x69 || op == 0x6b || (op >= 0x80 && op <= 0x8f) ||
			op == 0xc0 || op == 0xc1 || op == 0xc6 || op == 0xc7 || (op >= 0xd0 && op <= 0xd3) || op >= 0xd8;
		if (!modrm || op == 0x82 || op == 0x8e || (op >= 0xe0 && op <= 0xf5) || (op >= 0xf8 && op <= 0xfd))
			return 1;
		if (op == 0x8f && reg) return 1; /* XOP */
		return op == 0xff && reg >= 2; /* calls and jumps leave, push writes elsewhere */
	}
	if (map == 1) {
		if ((op >= 0x04 && op <= 0x0c) || op == 0x0e || (op >= 0x20 && op <= 0x27) || (op >= 0x30 && op <= 0x3f) || op == 0x77 ||
		    (op >= 0x80 && op <= 0x8f) || (op >= 0xa0 && op <= 0xa2) || (op >= 0xa6 && op <= 0xaa) || (op >= 0xc8 && op <= 0xcf))
			return 1;
		if (op == 0xb2 || op == 0xb4 || op == 0xb5) return 1; /* lss, lfs, lgs */
		if (op == 0xae && reg != 2 && reg != 3 && reg != 7) return 1; /* fxsave, xsave: as big as the processor's state */
		if (op == 0xc7 && reg >= 3) return 1;               /* xsavec and the like */
		if ((op == 0xab || op == 0xb3 || op == 0xbb) && reg) return 1; /* the bit number moves the address; rax is 7 */
		if (op == 0x78 && pp) return 1;
	}
	return map == 2 && op == 0xf8; /* movdir64b writes where the register says */
}

static void legacy(void)
{
	static const unsigned char prefix[] = {0, 0x66, 0xf3, 0xf2};
	for (int map = 0; map < 4; map++)
		for (int op = 0; op < 256; op++)
			for (int reg = 0; reg < 8; reg++)
				for (int pp = 0; pp < 4; pp++)
					for (int w = 0; w < 2; w++) {
						unsigned char b[16] = {0};
						int n = 0;
						if (skip(map, op, reg, pp))
							continue;
						if (pp) b[n++] = prefix[pp];
						if (w) b[n++] = 0x48;
						if (map) b[n++] = 0x0f;
						if (map == 2) b[n++] = 0x38;
						if (map == 3) b[n++] = 0x3a;
						b[n++] = op;
						b[n++] = reg << 3 | 7;
						int imm = wants_imm(map, op);
						if ((op == 0xf6 || op == 0xf7) && map == 0 && reg < 2) imm = op == 0xf6 ? 1 : 4;
						if (imm == 4 && pp == 1 && !w) imm = 2;
						form(b, n + imm);
					}
}

static void vexes(void)
{
	for (int map = 1; map < 4; map++)
		for (int op = 0; op < 256; op++)
			for (int reg = 0; reg < 8; reg++)
				for (int pp = 0; pp < 4; pp++)
					for (int w = 0; w < 2; w++)
						for (int l = 0; l < 2; l++)
							for (int v = 0; v < 2; v++) {
								if (map == 1 && op == 0x77) continue;
								unsigned char b[16] = {0xc4, 0xe0 | map, w << 7 | (v ? 14 : 15) << 3 | l << 2 | pp, op, reg << 3 | 7};
								form(b, 5 + (wants_imm(map, op) == 1));
							}
}

static void evexes(void)
{
	for (int map = 1; map < 7; map++)
		for (int op = 0; op < 256; op++)
			for (int reg = 0; reg < 4; reg++)
				for (int pp = 0; pp < 4; pp++)
					for (int w = 0; w < 2; w++)
						for (int l = 0; l < 3; l++)
							for (int disp = 0; disp < 2; disp++) {
								if (map == 4) continue;
								/* disp8 is 2: the first byte written tells its unit */
								unsigned char b[16] = {0x62, 0xf0 | map, w << 7 | 0x7c | pp, l << 5 | 8, op, reg << 3 | 7 | disp << 6};
								int n = 6;
								if (disp) b[n++] = 2;
								form(b, n + (wants_imm(map, op) == 1));
							}
}

int main(void)
{
	stack_t ss = {.ss_sp = altstack, .ss_size = sizeof altstack};
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
	sigaltstack(&ss, NULL);
	int signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGFPE, SIGBUS};
	for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &sa, NULL);
	code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *area = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	edge = area + 8 * PAGE;
	mprotect(edge, 8 * PAGE, PROT_READ);
	if (!__builtin_cpu_supports("avx2")) {
		puts("needs avx2");
		return 0;
	}
	legacy();
	vexes();
	evexes();
	return 0;
}

/* Runs vDSO functions with the trap flag set and prints the state at each of
   their instructions, with the truth about where they return to:
     base <vDSO image>
     call <name> <return address> <rsp after the return>
     step <rip> <rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15> <64 words from rsp>
   all in hexadecimal. A step is printed for the function's own frame and
   everything it inlines; the vDSO calls nothing outside. */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

enum { WORDS = 64, MOST = 4000 };
struct state {
	uint64_t rip, reg[16], stack[WORDS];
};
static struct state *states;
static int count;
static uint64_t low, high;

static void handler(int sig, siginfo_t *si, void *context)
{
	static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
		REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	uint64_t rip = g[REG_RIP];
	(void)sig, (void)si;
	if (rip < low || rip >= high)
		return;
	if (count == MOST) { /* caught in a retry loop: let it run */
		g[REG_EFL] &= ~0x100;
		return;
	}
	struct state *s = &states[count++];
	s->rip = rip;
	for (int i = 0; i < 16; i++)
		s->reg[i] = g[order[i]];
	memcpy(s->stack, (void *)g[REG_RSP], sizeof s->stack);
}

static void *symbol(const char *name)
{
	ElfW(Ehdr) *e = (void *)low;
	ElfW(Shdr) *sh = (void *)(low + e->e_shoff);
	for (int i = 0; i < e->e_shnum; i++) {
		if (sh[i].sh_type != SHT_DYNSYM)
			continue;
		ElfW(Sym) *sym = (void *)(low + sh[i].sh_offset);
		const char *str = (void *)(low + sh[sh[i].sh_link].sh_offset);
		for (uint64_t n = 0; n < sh[i].sh_size / sizeof *sym; n++)
			if (strcmp(str + sym[n].st_name, name) == 0)
				return (void *)(low + sym[n].st_value);
	}
	return NULL;
}

static void trace(const char *name, uint64_t a, uint64_t b, uint64_t c)
{
	void *f = symbol(name);
	uint64_t ra, sp;
	if (!f)
		return;
	count = 0;
	__asm__ volatile(
		"sub $128,%%rsp\n\t"
		"mov %%rsp,%1\n\t"
		"lea 1f(%%rip),%0\n\t"
		"pushf\n\t"
		"orl $0x100,(%%rsp)\n\t"
		"popf\n\t"
		"call *%%rax\n"
		"1:\n\t"
		"pushf\n\t"
		"andl $~0x100,(%%rsp)\n\t"
		"popf\n\t"
		"add $128,%%rsp"
		: "=&b"(ra), "=&r"(sp), "+a"(f), "+D"(a), "+S"(b), "+d"(c)
		:
		: "rcx", "r8", "r9", "r10", "r11", "memory", "cc",
		  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
		  "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	printf("call %s %lx %lx\n", name, ra, sp);
	for (int i = 0; i < count; i++) {
		printf("step %lx", states[i].rip);
		for (int n = 0; n < 16; n++)
			printf(" %lx", states[i].reg[n]);
		for (int n = 0; n < WORDS; n++)
			printf(" %lx", states[i].stack[n]);
		putchar('\n');
	}
}

int main(void)
{
	static char altstack[1 << 16];
	stack_t ss = {.ss_sp = altstack, .ss_size = sizeof altstack};
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct timespec ts;
	struct timeval tv;
	struct timezone tz;
	time_t t;
	unsigned cpu, node;
	states = calloc(MOST, sizeof *states);
	low = getauxval(AT_SYSINFO_EHDR);
	ElfW(Phdr) *ph = (void *)(low + ((ElfW(Ehdr) *)low)->e_phoff);
	for (int i = 0; i < ((ElfW(Ehdr) *)low)->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD)
			high = low + ph[i].p_memsz;
	sigaltstack(&ss, NULL);
	sigaction(SIGTRAP, &sa, NULL);
	printf("base %lx\n", low);
	trace("__vdso_getcpu", (uint64_t)&cpu, (uint64_t)&node, 0);
	trace("__vdso_time", (uint64_t)&t, 0, 0);
	trace("__vdso_clock_getres", CLOCK_MONOTONIC, (uint64_t)&ts, 0);
	trace("__vdso_gettimeofday", (uint64_t)&tv, (uint64_t)&tz, 0);
	trace("__vdso_clock_gettime", CLOCK_MONOTONIC, (uint64_t)&ts, 0);
	trace("__vdso_clock_gettime", CLOCK_REALTIME_COARSE, (uint64_t)&ts, 0);
	trace("__vdso_clock_gettime", 99, (uint64_t)&ts, 0); /* falls back to the system call */
	return 0;
}

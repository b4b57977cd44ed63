/* deliver MODE: raises a signal at one line of main; MODE says what handles it: "lines", "plain" (a function without
 * lines), "bare" (code that nothing is known of), "ignored", "fault" (an undefined instruction, which its handler skips). */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

volatile int hits;
unsigned char *bare;

void plain(int sig);
#ifdef __aarch64__
#define PC(context) ((ucontext_t *)(context))->uc_mcontext.pc
#define UNDEFINED "udf #0"
#define UNDEFINED_SIZE 4
#define CALL(nr, a, b) do {                                       \
	register long x8 __asm__("x8") = nr, x0 __asm__("x0") = a, x1 __asm__("x1") = b; \
	__asm__ volatile("svc #0\n\tnop" : "+r"(x0) : "r"(x8), "r"(x1) : "memory"); \
} while (0)
#define COUNT "adrp x9, hits\n add x9, x9, :lo12:hits\n ldr w10, [x9]\n add w10, w10, #1\n str w10, [x9]\n"
#else
#define PC(context) ((ucontext_t *)(context))->uc_mcontext.gregs[REG_RIP]
#define UNDEFINED "ud2"
#define UNDEFINED_SIZE 2
#define CALL(nr, a, b) do {                                       \
	long r = nr;                                              \
	__asm__ volatile("syscall" : "+a"(r) : "D"((long)(a)), "S"((long)(b)) : "rcx", "r11", "memory"); \
} while (0)
#define COUNT "incl hits(%rip)\n"
#endif

__asm__(".text\n.globl plain\n.type plain,%function\nplain: " COUNT " ret\n.size plain, . - plain\n");

static void lines(int sig)
{
	hits++;
	(void)sig;
}

static void skip(int sig, siginfo_t *info, void *context)
{
	PC(context) += UNDEFINED_SIZE;
	hits++;
}

static void make(void)
{
	uint64_t at = (uintptr_t)&hits;

	bare = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
#ifdef __aarch64__
	/* ldr x9, .+24; ldr w10, [x9]; add w10, w10, #1; str w10, [x9]; ret; &hits */
	static const uint32_t code[] = { 0x580000c9, 0xb940012a, 0x1100054a, 0xb900012a, 0xd65f03c0, 0 };
	memcpy(bare, code, sizeof code);
	memcpy(bare + sizeof code, &at, 8);
	__builtin___clear_cache((char *)bare, (char *)bare + 64);
#else
	/* movabs $&hits, %rax; incl (%rax); ret */
	memcpy(bare, "\x48\xb8", 2);
	memcpy(bare + 2, &at, 8);
	memcpy(bare + 10, "\xff\x00\xc3", 3);
#endif
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = skip, .sa_flags = SA_SIGINFO };
	long pid = getpid();

	make();
	signal(SIGUSR1, argv[1][0] == 'l' ? lines : argv[1][0] == 'p' ? plain : argv[1][0] == 'b' ? (void (*)(int))(uintptr_t)bare : SIG_IGN);
	sigaction(SIGILL, &sa, NULL);
	if (argv[1][0] == 'f')
		__asm__ volatile(UNDEFINED);
	else
		CALL(SYS_kill, pid, SIGUSR1);
	hits += 10;
	printf("hits %d\n", hits);
	return 0;
}

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
__asm__(".text\n.globl plain\n.type plain,@function\nplain: incl hits(%rip)\n ret\n.size plain, . - plain\n");

static void lines(int sig)
{
	hits++;
	(void)sig;
}

static void skip(int sig, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2; /* ud2 */
	hits++;
}

/* movabs $&hits, %rax; incl (%rax); ret */
static void make(void)
{
	uint64_t at = (uintptr_t)&hits;

	bare = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(bare, "\x48\xb8", 2);
	memcpy(bare + 2, &at, 8);
	memcpy(bare + 10, "\xff\x00\xc3", 3);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = skip, .sa_flags = SA_SIGINFO };
	long r = SYS_kill, pid = getpid();

	make();
	signal(SIGUSR1, argv[1][0] == 'l' ? lines : argv[1][0] == 'p' ? plain : argv[1][0] == 'b' ? (void (*)(int))(uintptr_t)bare : SIG_IGN);
	sigaction(SIGILL, &sa, NULL);
	if (argv[1][0] == 'f')
		__asm__ volatile("ud2");
	else
		__asm__ volatile("syscall" : "+a"(r) : "D"(pid), "S"((long)SIGUSR1) : "rcx", "r11", "memory");
	hits += 10;
	printf("hits %d\n", hits);
	return 0;
}

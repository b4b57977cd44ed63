/*
 * lastcall MODE: a section that ends its own thread ("exit") or the whole process with 7 ("exit_group") by a system call
 * in its middle, which no section may make but any can, in a second thread. After "exit" the
 * first thread counts on and ends with 0.
 */
#include "rseqfix.h"

#include <pthread.h>

#ifdef __aarch64__
#define LAST_CALL "mov x8, %[number]\n\tmov x0, #7\n\tsvc #0\n\t"
#define LAST_CLOBBERS "x0", "x8",
#else
#define LAST_CALL "movq %[number], %%rax\n\tmovl $7, %%edi\n\tsyscall\n\t"
#define LAST_CLOBBERS "rdi", "r11",
#endif

static intptr_t counter;

/* A section that never comes to its end: the call does not return. */
__attribute__((noinline, noclone)) static void last_call(long number)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("last_call", "0")
		FIX_BEGIN
		LAST_CALL
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(rseq_cpu_start()), [number] "r"(number)
		: LAST_CLOBBERS FIX_CLOBBERS
		: abort);
abort:
	return;
}

static void *ends(void *number)
{
	fix_attach();
	for (;;)
		last_call((long)number);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	long number = argc > 1 && !strcmp(argv[1], "exit") ? SYS_exit : SYS_exit_group;

	fix_main(argc, argv);
	if (pthread_create(&thread, NULL, ends, (void *)number))
		return 3;
	pthread_join(thread, NULL);
	while (rseq_addv(&counter, 1, rseq_cpu_start()))
		;
	printf("counter %ld\n", (long)counter);
	return counter != 1;
}

/*
 * made [N]: N passes (default 20,000,000) of a section that no file declares: its code is copied to memory that
 * no file backs, and its descriptor is made on the stack. Checks its sum.
 */
#include "rseqfix.h"

#include <sys/mman.h>

/* long f(descriptor, &area->rseq_cs, cpu, &sum): 0, or 1 after an abort. */
__asm__(".pushsection .rodata\n"
	"made_code:\n\t"
#ifdef __aarch64__
	"str x0, [x1]\n"
	"made_start:\n\t"
	"ldr w4, [x1, #-4]\n\t"
	"cmp w4, w2\n\t"
	"b.ne made_abort\n\t"
	"ldr x4, [x3]\n\t"
	"add x4, x4, #1\n\t"
	"str x4, [x3]\n"
	"made_end:\n\t"
	"mov w0, #0\n\t"
	"ret\n\t"
	FIX_BEFORE_ABORT
	"made_abort:\n\t"
	"mov w0, #1\n\t"
	"ret\n"
#else
	"movq %rdi, (%rsi)\n"
	"made_start:\n\t"
	"cmpl %edx, -4(%rsi)\n\t"
	"jne made_abort\n\t"
	"incq (%rcx)\n"
	"made_end:\n\t"
	"xorl %eax, %eax\n\t"
	"ret\n\t"
	FIX_BEFORE_ABORT
	"made_abort:\n\t"
	"movl $1, %eax\n\t"
	"ret\n"
#endif
	"made_last:\n\t"
	".popsection");

extern char made_code[], made_start[], made_end[], made_abort[], made_last[];

struct descriptor {
	uint32_t version, flags;
	uint64_t start, length, abort;
} __attribute__((aligned(32)));

typedef long made(struct descriptor *, volatile uint64_t *, int, long *);

static __attribute__((noinline)) void some(char *code, long n, long *sum)
{
	struct descriptor d = { 0, 0, (uintptr_t)code + (made_start - made_code), made_end - made_start,
				(uintptr_t)code + (made_abort - made_code) };

	for (long i = 0; i < n; i++)
		while (((made *)code)(&d, &fix_area()->rseq_cs, rseq_cpu_start(), sum))
			fix_aborts++;
	fix_area()->rseq_cs = 0;
}

int main(int argc, char **argv)
{
	long n, sum = 0;
	char *code;

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 20000000;
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code == MAP_FAILED)
		fix_die("mmap");
	memcpy(code, made_code, made_last - made_code);
	if (mprotect(code, 4096, PROT_READ | PROT_EXEC))
		fix_die("mprotect");
	some(code, n / 2, &sum);
	some(code, n - n / 2, &sum);
	printf("aborts %lu sum %ld of %ld\n", fix_aborts, sum, n);
	return sum != n;
}

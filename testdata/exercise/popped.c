/* A list's head is taken off by a store that is not the last one: a retry takes the next one off,
 * and the first is lost. */
#include "twin.h"

#ifdef __aarch64__
#define CLOBBERS FIX_CLOBBERS
#define NEXT "cbz x14, %l[empty]\n\tldr x15, [x14]\n\t"
#define STORE_NEXT "str x15, %[head]\n\t"
#else
#define CLOBBERS FIX_CLOBBERS, "rdx"
#define NEXT                                                                \
	"testq %%rcx, %%rcx\n\t"                                            \
	"jz %l[empty]\n\t"                                                  \
	"movq (%%rcx), %%rdx\n\t"
#define STORE_NEXT "movq %%rdx, %[head]\n\t"
#endif

static struct fix_node nodes[ROUNDS], *head, *got;

TWIN int pop(int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("popped", "%l[empty]")
		FIX_EXIT_POINT("%l[empty]")
		FIX_BEGIN
		LOAD("head")
		NEXT
#ifdef BAD
		STORE_NEXT
		CULPRIT
		STORE("got")
#else
		STORE("got")
		STORE_NEXT
#endif
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [head] "m"(head), [got] "m"(got)
		: CLOBBERS
		: abort, empty);
	return 0;
abort:
	return -1;
empty:
	return 1;
}

int main(int argc, char **argv)
{
	long n = 0;
	int ret;

	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++) {
		nodes[i].next = head;
		head = &nodes[i];
	}
	while ((ret = pop(rseq_cpu_start())) <= 0)
		n += ret == 0;
	return twin_end("nodes", n, ROUNDS);
}

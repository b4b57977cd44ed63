/* A list's new head is published before it points to the rest: a retry makes it point to itself. */
#include "twin.h"

static struct fix_node nodes[ROUNDS], *head;

TWIN int push(struct fix_node *node, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("publish", "0")
		FIX_BEGIN
		"movq %[head], %%rcx\n\t"
#ifdef BAD
		"movq %[node], %[head]\n\t"
		CULPRIT
		"movq %%rcx, (%[node])\n\t"
#else
		"movq %%rcx, (%[node])\n\t"
		"movq %[node], %[head]\n\t"
#endif
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [head] "m"(head), [node] "r"(node)
		: "memory", "cc", "rax", "rcx"
		: abort);
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	long n = 0;

	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		while (push(&nodes[i], rseq_cpu_start()))
			;
	for (struct fix_node *at = head; at && n <= ROUNDS; at = at->next)
		n++;
	return twin_end("nodes", n, ROUNDS);
}

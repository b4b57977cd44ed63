/* A list's new head is published before it points to the rest: a retry makes it point to itself. */
#include "twin.h"

#ifdef __aarch64__
#define STORE_NODE "str %[node], %[head]\n\t"
#else
#define STORE_NODE "movq %[node], %[head]\n\t"
#endif

static struct fix_node nodes[ROUNDS], *head;

TWIN int push(struct fix_node *node, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("publish", "0")
		FIX_BEGIN
		LOAD("head")
#ifdef BAD
		STORE_NODE
		CULPRIT
		STORE("next")
#else
		STORE("next")
		STORE_NODE
#endif
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [head] "m"(head), [node] "r"(node), [next] "m"(node->next)
		: FIX_CLOBBERS
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

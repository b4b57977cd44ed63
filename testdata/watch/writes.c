/* writes [ROUNDS]: writes the kernel's fields of the thread's area, each at a line of its own. */
#include "watchfix.h"

static void disturb(struct area *a, uint32_t v)
{
	if (good)
		v = a->cpu_id_start + a->cpu_id + a->node_id + a->mm_cid;
	if (good)
		return;
	a->cpu_id_start = v; /* BREAKS kernel-field-written cpu_id_start */
	a->cpu_id = v; /* BREAKS kernel-field-written cpu_id */
	a->node_id = v; /* BREAKS kernel-field-written node_id */
	a->mm_cid = v; /* BREAKS kernel-field-written mm_cid */
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 3;

	for (long i = 0; i < rounds; i++)
		disturb(glibc_area(), i);
	return 0;
}

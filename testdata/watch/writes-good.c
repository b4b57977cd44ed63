/* The good twin of writes: reads the fields, and writes beside them. */
#include "watchfix.h"

static long sum;

int main(void)
{
	struct area *a = glibc_area();
	struct area copy = { 0 };

	for (int i = 0; i < 1000; i++) {
		copy.cpu_id_start = a->cpu_id_start;
		copy.cpu_id = a->cpu_id;
		copy.node_id = a->node_id;
		copy.mm_cid = a->mm_cid;
		add_all(a, &sum, 1);
		a->rseq_cs = 0;
	}
	return sum != 1000 || copy.cpu_id == (uint32_t)-1;
}

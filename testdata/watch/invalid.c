/* invalid: arms a descriptor in static memory whose abort handler has no signature; good: a right one. */
#include "watchfix.h"

#include <sched.h>

static long sum;

int main(void)
{
	struct area *a = glibc_area();
	static struct {
		uint32_t version, flags;
		uint64_t start, length, abort;
	} __attribute__((aligned(32))) cs;

	if (!good) {
		cs.start = cs.abort = (uint64_t)main;
		cs.length = 0;
		a->rseq_cs = (uint64_t)&cs; /* BREAKS descriptor-invalid bytes */
		sched_yield();
		a->rseq_cs = 0;
	}
	add_all(a, &sum, 10);
	return sum != 10;
}

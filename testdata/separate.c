/* The section that wrongloop.c calls with -DSEPARATE. Its files find the area for themselves. */
#include "rseqfix.h"

int separate_addv(intptr_t *v, intptr_t count, int cpu)
{
	fix_offset = __rseq_offset;
	return rseq_addv(v, count, cpu);
}

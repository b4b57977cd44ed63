/* A library with sections, for dlmain.c to load while it runs. */
#include "rseqfix.h"

/* offset: where the caller's threads have their area, as fix_offset. */
void libsec_init(ptrdiff_t offset)
{
	fix_offset = offset;
}

void libsec_labels(void)
{
	fix_print_labels();
}

/* Adds n to *v, one section for each 1. Returns how often it tried. */
long libsec_add(intptr_t *v, long n)
{
	long attempts = 0;
	for (long i = 0; i < n; i++) {
		int ret;
		do {
			ret = rseq_addv(v, 1, rseq_cpu_start());
			attempts++;
		} while (ret);
	}
	return attempts;
}

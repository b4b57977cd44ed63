/* Calls the sections of asm.S: one adds, one adds until a limit and then leaves aside. */
#include "rseqfix.h"

long asm_addv(intptr_t *v, long n, long cpu, ptrdiff_t area);
long asm_addbelow(intptr_t *v, long n, long cpu, ptrdiff_t area, long limit);

#define LABEL(x) extern const char x[] __attribute__((visibility("hidden")));
LABEL(asm_addv_arm) LABEL(asm_addv_start) LABEL(asm_addv_end) LABEL(asm_addv_abort) LABEL(asm_addv_cs)
LABEL(asm_addbelow_arm) LABEL(asm_addbelow_start) LABEL(asm_addbelow_end) LABEL(asm_addbelow_abort)
LABEL(asm_addbelow_cs) LABEL(asm_addbelow_exit)

static struct fix_label labels[] __attribute__((section("fix_labels"), used)) = {
	{ "asm_addv", (uintptr_t)asm_addv_arm, (uintptr_t)asm_addv_start, (uintptr_t)asm_addv_end,
	  (uintptr_t)asm_addv_abort, (uintptr_t)asm_addv_cs, 0 },
	{ "asm_addbelow", (uintptr_t)asm_addbelow_arm, (uintptr_t)asm_addbelow_start,
	  (uintptr_t)asm_addbelow_end, (uintptr_t)asm_addbelow_abort, (uintptr_t)asm_addbelow_cs,
	  (uintptr_t)asm_addbelow_exit },
};

int main(int argc, char **argv)
{
	intptr_t v = 0, limited = 0;
	long added = 0, aside = 0;

	fix_main(argc, argv);
	for (int i = 0; i < 10; i++) {
		long ret;
		while (asm_addv(&v, 3, rseq_cpu_start(), fix_offset))
			;
		do
			ret = asm_addbelow(&limited, 1, rseq_cpu_start(), fix_offset, 6);
		while (ret < 0);
		if (ret)
			aside++;
		else
			added++;
	}
	printf("sum %ld limited %ld added %ld aside %ld\n", (long)v, (long)limited, added, aside);
	return v != 30 || limited != 6 || added != 6 || aside != 4;
}

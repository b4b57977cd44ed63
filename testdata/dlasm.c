/* dlasm LIBRARY [N]: loads the sections of asm.S as a library, twice, and runs N (default 10) of them each time. */
#include "rseqfix.h"

#include <dlfcn.h>

int main(int argc, char **argv)
{
	intptr_t sum = 0;
	long n = argc > 2 ? atol(argv[2]) : 10;

	fix_attach();
	for (int round = 0; round < 2 && argc > 1; round++) {
		void *lib = dlopen(argv[1], RTLD_NOW);
		long (*add)(intptr_t *, long, long, ptrdiff_t) = lib ? dlsym(lib, "asm_addv") : NULL;
		if (!add)
			fix_die("dlopen");
		for (long i = 0; i < n; i++)
			while (add(&sum, 1, rseq_cpu_start(), fix_offset))
				;
		fix_area()->rseq_cs = 0;
		dlclose(lib);
	}
	printf("sum %ld\n", (long)sum);
	return sum != 2 * n;
}

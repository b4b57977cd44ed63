/* dlaborts LIBRARY [N]: loads the library of aborts.c, has N (default 100) aborts in it, unloads it, and does it once more. */
#include "rseqfix.h"

#include <dlfcn.h>

int main(int argc, char **argv)
{
	long total = 0;

	fix_attach();
	if (argc < 2)
		return 3;
	for (int round = 0; round < 2; round++) {
		void *lib = dlopen(argv[1], RTLD_NOW);
		long (*run)(ptrdiff_t, long) = lib ? (long (*)(ptrdiff_t, long))dlsym(lib, "aborts_run") : NULL;
		if (!run) {
			fprintf(stderr, "%s\n", dlerror());
			return 3;
		}
		total += run(fix_offset, argc > 2 ? atol(argv[2]) : 100);
		/* The kernel reads the descriptor again at the next preemption: it must not be gone. */
		fix_area()->rseq_cs = 0;
		dlclose(lib);
	}
	printf("aborts %ld\n", total);
	return 0;
}

/* unload LIBRARY: unloads libsec.c's library while rseq_cs points into it; good: clears it before. */
#include "watchfix.h"

#include <dlfcn.h>

int main(int argc, char **argv)
{
	long sum = 0;

	if (argc < 2)
		return 3;
	for (int round = 0; round < 20; round++) {
		void *lib = dlopen(argv[1], RTLD_NOW);

		if (!lib)
			return 4;
		((void (*)(ptrdiff_t))dlsym(lib, "libsec_init"))(__rseq_offset);
		((long (*)(long *, long))dlsym(lib, "libsec_add"))(&sum, 1);
		if (good)
			glibc_area()->rseq_cs = 0;
		dlclose(lib); /* BREAKS left-in-unloaded */
	}
	return 0;
}

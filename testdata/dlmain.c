/*
 * dlmain LIBRARY [N]: loads libsec.c's library, runs N of its sections (default 100) and some of
 * its own, unloads it, and loads it once more. `dlmain --labels LIBRARY` prints the labels of both.
 */
#include "rseqfix.h"

#include <dlfcn.h>

static void *lib;

static void *need(const char *name)
{
	void *p = dlsym(lib, name);
	if (!p) {
		fprintf(stderr, "%s\n", dlerror());
		exit(3);
	}
	return p;
}

static void load(const char *path)
{
	lib = dlopen(path, RTLD_NOW);
	if (!lib) {
		fprintf(stderr, "%s\n", dlerror());
		exit(3);
	}
	((void (*)(ptrdiff_t))need("libsec_init"))(fix_offset);
}

int main(int argc, char **argv)
{
	intptr_t sum = 0;
	long n, attempts = 0;

	fix_attach();
	if (argc < 2)
		return 3;
	if (strcmp(argv[1], "--labels") == 0) {
		load(argv[2]);
		fix_print_labels();
		((void (*)(void))need("libsec_labels"))();
		return 0;
	}
	n = argc > 2 ? atol(argv[2]) : 100;
	for (int round = 0; round < 2; round++) {
		load(argv[1]);
		long (*add)(intptr_t *, long) = (long (*)(intptr_t *, long))need("libsec_add");
		attempts += add(&sum, n);
		/* The kernel reads the descriptor again at the next preemption: it must not be gone. */
		fix_area()->rseq_cs = 0;
		dlclose(lib);
	}
	while (rseq_addv(&sum, 1, rseq_cpu_start()))
		;
	printf("attempts %ld sum %ld\n", attempts, (long)sum);
	return sum != 2 * n + 1;
}

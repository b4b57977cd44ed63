/* Loads the library named by its argument, which has thread-local variables, and calls it. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *lib = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
	int (*work)(int) = lib ? (int (*)(int))dlsym(lib, "work") : 0;

	if (!work)
		return 2;
	int first = work(2);
	int second = work(2);
	printf("%d %d\n", first, second);
	return first != 46 || second != 90;
}

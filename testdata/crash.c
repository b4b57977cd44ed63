/* Dies by SIGSEGV, three calls deep, at a store to address 16. */
#include <stdint.h>
#include <stdio.h>

static volatile uintptr_t eight = 8;

static __attribute__((noinline)) void store(uintptr_t where)
{
	*(volatile int *)where = 1;
}

static __attribute__((noinline)) void deeper(uintptr_t where)
{
	store(where + 8);
	printf("never\n");
}

int main(void)
{
	printf("about to crash\n");
	fflush(stdout);
	deeper(eight);
	return 0;
}

/*
 * Stores through pointers with a tag in the top byte, which arm64 ignores (Documentation/arch/arm64/tagged-pointers.rst);
 * on other processors without one.
 */
#include <stdint.h>
#include <stdio.h>

static volatile long word;
static char text[] = "text";
static volatile long *tagged;
static char *name;

static void *with(volatile void *p, uint64_t tag)
{
#ifdef __aarch64__
	return (void *)((uintptr_t)p | tag << 56);
#else
	(void)tag;
	return (void *)p;
#endif
}

static __attribute__((noinline)) void stores(void)
{
	*tagged = 1;
	*tagged += 1;
	__atomic_fetch_add(tagged, 1, __ATOMIC_SEQ_CST);
	word = 4;
}

int main(void)
{
	tagged = with(&word, 0xab);
	name = with(text, 0x34);
	stores();
	printf("word %ld %s\n", *tagged, name);
	return word != 4;
}

/*
 * Adds to a word and exchanges it by atomic operations. On arm64 without LSE they are exclusive sequences: those of
 * add and swap in functions of libgcc's, which use LSE where the processor has it, and that of inlined in line.
 */
#include <stdio.h>

static long word;

#ifdef __aarch64__
__attribute__((target("no-outline-atomics")))
#endif
static __attribute__((noipa)) void inlined(void)
{
	__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
}

static __attribute__((noipa)) void add(void)
{
	__atomic_fetch_add(&word, 10, __ATOMIC_SEQ_CST);
}

static __attribute__((noipa)) int swap(long from, long to)
{
	return __atomic_compare_exchange_n(&word, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

int main(void)
{
	int swapped, other;

	inlined();
	add();
	swapped = swap(11, 100);
	other = swap(11, 200);
	inlined();
	printf("word %ld swapped %d %d\n", word, swapped, other);
	return word != 101;
}

/*
 * undeclared: arms a descriptor in the heap, that no file declares; good: a declared one. With -DONLY the
 * one in the file is not declared either.
 */
#include "watchfix.h"

struct descriptor {
	uint32_t version, flags;
	uint64_t start, length, abort;
};
extern struct descriptor declared;

#ifdef ONLY
#define WHERE ".data"
#else
#define WHERE "__rseq_cs"
#endif
static long sum;

int main(void)
{
	struct area *a = glibc_area();
	struct descriptor *cs = aligned_alloc(32, sizeof *cs);

	*cs = declared;
	for (int n = 0; n < 100; n++)
		__asm__ volatile( /* BREAKS descriptor-undeclared heap */
			".pushsection " WHERE ", \"aw\"\n"
			".balign 32\n"
			"declared: .long 0, 0\n"
			".quad 1f, 2f - 1f, 4f\n"
			".popsection\n"
#ifdef __aarch64__
			"0: str %[cs], [%[area], #8]\n"
#else
			"0: movq %[cs], 8(%[area])\n"
#endif
			"1: " INCREMENT_SUM
			"2: " JUMP "5f\n"
			SIGNATURE_TEXT
			"4: " JUMP "0b\n"
			"5:\n"
			: [sum] "+m"(sum) : [cs] "r"(good ? &declared : cs), [area] "r"(a), [signature] "i"(SIGNATURE) : SECTION_CLOBBERS);
	return sum != 100;
}

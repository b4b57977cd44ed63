/*
 * hidden: a good program whose code does not show where the section is entered: the descriptor's address
 * comes out of memory, and another store stands between the arming store and the section.
 */
#include "watchfix.h"

static long sum, noise[4];
extern char hidden_cs;
static void *volatile descriptor = &hidden_cs;

int main(void)
{
	struct area *a = glibc_area();

	for (int n = 0; n < 100; n++)
		__asm__ volatile(
			".pushsection __rseq_cs, \"aw\"\n"
			".balign 32\n"
			"hidden_cs: .long 0, 0\n"
			".quad 1f, 2f - 1f, 4f\n"
			".popsection\n"
#ifdef __aarch64__
			"0: ldr x15, %[cs]\n"
			ARM_SECTION
			"str x13, [%[noise], #16]\n"
#else
			"0: movq %[cs], %%rax\n"
			ARM_SECTION
			"movq %%rcx, 16(%[noise])\n"
#endif
			"1: " INCREMENT_SUM
			"2: " JUMP "5f\n"
			SIGNATURE_TEXT
			"4: " JUMP "0b\n"
			"5:\n"
			: [sum] "+m"(sum) : [cs] "m"(descriptor), [area] "r"(a), [noise] "r"(noise), [signature] "i"(SIGNATURE) : SECTION_CLOBBERS);
	return sum != 100;
}

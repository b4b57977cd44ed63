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
			"0: movq %[cs], %%rax\n"
			"movq %%rax, 8(%[area])\n"
			"movq %%rcx, 16(%[noise])\n"
			"1: incq %[sum]\n"
			"2: jmp 5f\n"
			".byte 0x0f, 0xb9, 0x3d\n"
			".long 0x53053053\n"
			"4: jmp 0b\n"
			"5:\n"
			: [sum] "+m"(sum) : [cs] "m"(descriptor), [area] "r"(a), [noise] "r"(noise) : "rax", "memory", "cc");
	return sum != 100;
}

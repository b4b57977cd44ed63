/* Two sections, every second round the other, that share one abort handler. */
#include "layoutfix.h"

static __thread long turn;

#define ALTERNATE(...) __asm__ volatile(__VA_ARGS__ : : "D"(r), "S"(c), "b"(odd) : "rax", "rcx", "rdx", "memory", "cc")

static void once(struct rseq *r)
{
	long odd = turn++ & 1;

	if (odd)
		ALTERNATE(DESCRIPTOR("2f", "3f", "handler")
			".globl again\nagain: " LOAD ARM
			"2: " COUNT
			"3: jmp 5f\n"
			SIGNATURE
			".globl handler\nhandler: testq %%rbx,%%rbx\njnz again\njmp other\n"
			"5:\n");
	else
		ALTERNATE(DESCRIPTOR("2f", "3f", "handler")
			".globl other\nother: " LOAD ARM
			"2: movl 4(%%rdi),%%ecx\nshlq $7,%%rcx\nincq (%%rsi,%%rcx)\n"
			"3:\n");
}

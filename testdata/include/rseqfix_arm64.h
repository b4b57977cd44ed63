/*
 * rseqfix_arm64.h: the instructions of rseqfix.h's sections for arm64. The area is always addressed through a
 * register (as with FIX_FLAT); x13 to x15 are free for a section's own use.
 */
#define FIX_AREA ((uintptr_t)fix_area())
#define FIX_CLOBBERS "memory", "cc", "x13", "x14", "x15"

/* Parts of a section's beginning: an address into a register, one of two; its store as the descriptor; the comparison of
 * the CPU. */
#define FIX_FIRST "x15"
#define FIX_SECOND "x14"
#define FIX_ADDRESS(label, to)                                              \
	"adrp " to ", " label "\n\t"                                        \
	"add " to ", " to ", :lo12:" label "\n\t"
#define FIX_ARM(from) "str " from ", [%[area], #8]\n\t"
#define FIX_COMPARE_CPU(label)                                              \
	"ldr w15, [%[area], #4]\n\t"                                        \
	"cmp w15, %w[cpu]\n\t"                                              \
	"b.ne " label "\n\t"
#define FIX_BEFORE_ABORT ".inst " FIX_SIGNATURE_ASM "\n\t"
#define FIX_JUMP "b"

#ifdef FIX_NEAR
#define FIX_ASIDE "b 8f\n\t"
#define FIX_BACK "8:\n\t"
#else
#define FIX_ASIDE ".pushsection __rseq_failure, \"ax\"\n\t"
#define FIX_BACK ".popsection\n\t"
#endif

/* Ends the section and writes its abort handler, away from the function or behind a jump. */
#define FIX_END                                                             \
	"2:\n\t"                                                            \
	FIX_ASIDE                                                           \
	FIX_BEFORE_ABORT                                                    \
	"4:\n\t"                                                            \
	"adrp x15, fix_aborts\n\t"                                          \
	"add x15, x15, :lo12:fix_aborts\n\t"                                \
	"9:\n\t"                                                            \
	"ldxr x14, [x15]\n\t"                                               \
	"add x14, x14, #1\n\t"                                              \
	"stxr w13, x14, [x15]\n\t"                                          \
	"cbnz w13, 9b\n\t"                                                  \
	"b %l[abort]\n\t"                                                   \
	FIX_BACK

/* Parts of a section: a store of a register to memory, and an addition of 1 to it. */
#define FIX_STORE(value, place) "str " value ", " place "\n\t"
#define FIX_INC(place)                                                      \
	"ldr x15, " place "\n\t"                                            \
	"add x15, x15, #1\n\t"                                             \
	"str x15, " place "\n\t"

/* What each section does after FIX_BEGIN, up to its committing store. */
#define FIX_ADDV                                                            \
	"ldr x15, %[v]\n\t"                                                 \
	"add x15, x15, %[count]\n\t"                                        \
	"str x15, %[v]\n\t"
#define FIX_ADDEND "r"

#define FIX_CMPEQV_STOREV                                                   \
	"ldr x15, %[v]\n\t"                                                 \
	"cmp x15, %[expect]\n\t"                                            \
	"b.ne %l[differ]\n\t"                                               \
	"str %[newv], %[v]\n\t"

#define FIX_LIST_POP                                                        \
	"ldr x15, %[head]\n\t"                                              \
	"cbz x15, %l[empty]\n\t"                                            \
	"str x15, %[out]\n\t"                                               \
	"ldr x15, [x15]\n\t"                                                \
	"str x15, %[head]\n\t"

#define FIX_COPY_STOREV                                                     \
	"ldr x15, [%[v]]\n\t"                                               \
	"cmp x15, %[expect]\n\t"                                            \
	"b.ne %l[differ]\n\t"                                               \
	"mov x15, #0\n\t"                                                   \
	"7:\n\t"                                                            \
	"ldrb w14, [%[src], x15]\n\t"                                       \
	"strb w14, [%[dst], x15]\n\t"                                       \
	"add x15, x15, #1\n\t"                                              \
	"cmp x15, %[len]\n\t"                                               \
	"b.lo 7b\n\t"                                                       \
	"str %[newv], [%[v]]\n\t"

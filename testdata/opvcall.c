/* cpu_opv: every operation, length, limit and error, and every sort of memory. -DOPV_ABI=9 for the later ABI. */
#include "opvfix.h"

/* ---- what operations do ---- */

static void arithmetic(void)
{
	for (unsigned len = 1; len <= 8; len *= 2) {
		const uint64_t keep = len == 8 ? 0 : ~0ull << (8 * len % 64);
		uint64_t v = ~0ull, w = 5;

		check("ADD returns 0", RUN(one(ADD, &v, 3, len)), 0);
		check("ADD wraps within its length", v, keep | 2);
		check("ADD of a negative count", RUN(one(ADD, &w, -7, len)), 0);
		check("ADD below zero", w, ~keep & -2ull);
#if OPV_ABI == 9
		check("ADD_RELEASE", RUN(one(ADD_RELEASE, &w, 2, len)), 0);
		check("ADD_RELEASE to zero", w, 0);
#else
		v = 0xf0f0f0f0f0f0f0f0;
		check("OR", RUN(one(OR, &v, 0x0102030405060708, len)) | v, (0xf0f0f0f0f0f0f0f0 & keep) | (0xf1f2f3f4f5f6f7f8 & ~keep));
		check("AND", RUN(one(AND, &v, 0x0f, len)) | v, (0xf0f0f0f0f0f0f0f0 & keep) | 8);
		check("XOR", RUN(one(XOR, &v, ~0ull, len)) | v, (0xf0f0f0f0f0f0f0f0 & keep) | (~keep & ~8ull));
		v = 0x8181818181818181;
		check("LSHIFT", RUN(shift(LEFT, &v, 1, len)) | (v & ~keep), (0x0303030303030302 & ~keep));
		v = 0x8181818181818181;
		check("RSHIFT is of unsigned numbers", RUN(shift(RIGHT, &v, 8 * len - 1, len)) | (v & ~keep), 1);
		check("a shift by 0", RUN(shift(LEFT, &v, 0, len)) | (v & ~keep), 1);
		check("a shift leaves its neighbours", v & keep, 0x8181818181818181 & keep);
#endif
	}
#if OPV_ABI == 3
	struct op barrier = { .op = BARRIER, .len = 77 };
	check("MB, whose length does not count", RUN(barrier, barrier), 0);
#endif
}

static void copies(void)
{
	static char from[PAGE], to[PAGE + 1];
	const unsigned lengths[] = { 1, 2, 3, 4, 7, 8, 16, 63, 64, 65, 1000, PAGE };

	for (unsigned i = 0; i < PAGE; i++)
		from[i] = i * 7 + i / 256;
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const unsigned len = lengths[i];

		memset(to, 0x55, sizeof(to));
		check("MEMCPY", RUN(two(COPY, to, from, len)), 0);
		check("MEMCPY copies its length and no more", memcmp(to, from, len) == 0 && to[len] == 0x55, 1);
		check("COMPARE_EQ of equals", RUN(two(EQ, to, from, len)), 0);
		check("COMPARE_NE of equals", RUN(two(NE, to, from, len)), 1);
		to[len - 1] ^= 1;
		check("COMPARE_EQ with the last byte changed", RUN(two(EQ, to, from, len)), 1);
		check("COMPARE_NE with the last byte changed", RUN(two(NE, to, from, len)), 0);
#if OPV_ABI == 9
		check("MEMCPY_RELEASE", RUN(two(COPY_RELEASE, to, from, len)) | memcmp(to, from, len), 0);
#endif
	}
	check("MEMCPY of nothing", RUN(two(COPY, to, from, 0)), 0);
	check("a vector of nothing", opv(NULL, 0, home, 0), 0);
}

static void order(void)
{
	uint64_t v = 1, w = 2, x = 0, one_is = 1;

	check("a failed compare counts from 1", RUN(one(ADD, &x, 1, 8), two(EQ, &v, &w, 8), one(ADD, &x, 10, 8)), 2);
	check("what came before it stays done", x, 1);
	check("the first that fails", RUN(two(EQ, &v, &v, 8), two(NE, &v, &w, 8), two(NE, &v, &v, 8), two(EQ, &v, &w, 8)), 3);
	check("compare and swap", RUN(two(EQ, &v, &one_is, 8), two(COPY, &v, &w, 8)), 0);
	check("has swapped", v, 2);
	check("an operation sees the one before", RUN(one(ADD, &v, 1, 8), one(ADD, &v, 1, 8), two(COPY, &w, &v, 8), two(EQ, &w, &v, 8)) | w, 4);
	struct op full[MAX_OPS + 1];
	for (int i = 0; i <= MAX_OPS; i++)
		full[i] = one(ADD, &x, 1, 8);
	check("as many operations as there may be", opv(full, MAX_OPS, home, 0) | (x - MAX_OPS), 1);
	check("one more", opv(full, MAX_OPS + 1, home, 0), -EINVAL);
}

/* ---- what is refused ---- */

static void limits(void)
{
	static char a[2 * PAGE], b[2 * PAGE];
	uint64_t v = 0;
	struct op add = one(ADD, &v, 1, 8);

	check("number of kinds", opv(NULL, 0, 0, FLAG_KINDS), KINDS);
	check("number of kinds, whatever the rest", opv((void *)1, -1, -1, FLAG_KINDS), KINDS);
	check("longest vector", opv(NULL, 0, 0, FLAG_MAX), OPV_ABI == 9 ? MAX_OPS : -EINVAL);
	check("a flag that is none", opv(&add, 1, home, 4), -EINVAL);
	check("count below 0", opv(&add, -1, home, 0), -EINVAL);
	check("CPU below 0", opv(&add, 1, -1, 0), -EINVAL);
	check("no such CPU", opv(&add, 1, 1 << 20, 0), -EINVAL);
	check("kind below 0", RUN(add, two(-1, a, b, 1)), -EINVAL);
	check("kind that is none", RUN(add, two(KINDS, a, b, 1)), -EINVAL);
	check("MEMCPY too long", RUN(add, two(COPY, a, b, PAGE + 1)), -EINVAL);
	check("COMPARE_EQ too long", RUN(add, two(EQ, a, b, PAGE + 1)), -EINVAL);
	check("COMPARE_NE far too long", RUN(add, two(NE, a, b, ~0u)), -EINVAL);
	check("ADD of 3 bytes", RUN(add, one(ADD, &v, 1, 3)), -EINVAL);
	check("ADD of 0 bytes", RUN(add, one(ADD, &v, 1, 0)), -EINVAL);
	check("ADD of 16 bytes", RUN(add, one(ADD, a, 1, 16)), -EINVAL);
#if OPV_ABI == 9
	check("ADD_RELEASE of 5 bytes", RUN(add, one(ADD_RELEASE, &v, 1, 5)), -EINVAL);
#else
	check("OR of 5 bytes", RUN(add, one(OR, &v, 1, 5)), -EINVAL);
	for (unsigned len = 1; len <= 8; len *= 2) {
		check("LSHIFT by too much", RUN(add, shift(LEFT, &v, 8 * len, len)), -EINVAL);
		check("RSHIFT by too much", RUN(add, shift(RIGHT, &v, 8 * len, len)), -EINVAL);
	}
#endif
	check("two long ones", RUN(add, two(COPY, a, b, PAGE), two(COPY, a, b, PAGE)), -EINVAL);
	check("nothing has run", v, 0);
	check("as many bytes as there may be", RUN(add, two(COPY, a, b, PAGE), two(COPY, a + PAGE, b, MAX_SUM - PAGE - 8)), 0);
	check("one byte more", RUN(add, two(COPY, a, b, PAGE), two(COPY, a + PAGE, b, MAX_SUM - PAGE - 7)), -EINVAL);
	check("has run once", v, 1);
}

static void cpus(void)
{
	cpu_set_t all, mine, now;
	uint64_t v = 0;
	struct op add = one(ADD, &v, 1, 8);
	int there = 0, asked = 0, calls = 0;

	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&mine);
	CPU_SET(home, &mine);
	sched_setaffinity(0, sizeof(mine), &mine);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && cpu != home) {
			check("a CPU outside the thread's mask", opv(&add, 1, cpu, 0), -EINVAL);
			break;
		}
	check("the CPU it is pinned to", opv(&add, 1, home, 0) | (v - 1), 0);
	check("where it still is", sched_getcpu(), home);
	sched_setaffinity(0, sizeof(all), &all);
	/* The scheduler moves it on at once where that CPU is busy and another is not, so not every time. */
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all)) {
			asked++;
			for (int tries = 0; tries < 100000; tries++) {
				calls++;
				if (opv(&add, 1, cpu, 0) == 0 && sched_getcpu() == cpu) {
					there++;
					break;
				}
			}
		}
	check("it is moved to the CPU it asks for", there, asked);
	check("each call has added", v, 1 + calls);
	sched_getaffinity(0, sizeof(now), &now);
	check("its mask is what it was", CPU_EQUAL(&all, &now), 1);
}

/* ---- memory ---- */

static void faults(void)
{
	char *gone = pages(2, PROT_READ | PROT_WRITE), *readable = pages(1, PROT_READ), *none = pages(1, PROT_NONE);
	char here[64] = { 0 };
	uint64_t v = 0;
	struct op add = one(ADD, &v, 1, 8);

	munmap(gone + PAGE, PAGE);
	char *edge = gone + PAGE - 4; /* 4 bytes are there */
	char *bad[] = { NULL, gone + PAGE, none, edge, (char *)(1ull << 47), (char *)-PAGE, (char *)-4 };
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct op o = two(EQ, bad[i], here, 8);
		check("COMPARE_EQ a", RUN(add, o), -EFAULT);
		o.u.two.fault_a = 1;
		check("COMPARE_EQ a, expected", RUN(add, o), -EAGAIN);
		o = two(NE, here, bad[i], 8);
		check("COMPARE_NE b", RUN(add, o), -EFAULT);
		o.u.two.fault_b = 1;
		check("COMPARE_NE b, expected", RUN(add, o), -EAGAIN);
		o = two(COPY, bad[i], here, 8);
		o.u.two.fault_b = 1;
		check("MEMCPY dst, only src expected", RUN(add, o), -EFAULT);
		o.u.two.fault_a = 1;
		check("MEMCPY dst, expected", RUN(add, o), -EAGAIN);
		o = two(COPY, here, bad[i], 8);
		check("MEMCPY src", RUN(add, o), -EFAULT);
		o.u.two.fault_b = 1;
		check("MEMCPY src, expected", RUN(add, o), -EAGAIN);
		o = one(ADD, bad[i], 1, 8);
		check("ADD", RUN(add, o), -EFAULT);
		o.u.one.fault = 1;
		check("ADD, expected", RUN(add, o), -EAGAIN);
#if OPV_ABI == 3
		o = one(XOR, bad[i], 1, 8);
		check("XOR", RUN(add, o), -EFAULT);
		o.u.one.fault = 1;
		check("XOR, expected", RUN(add, o), -EAGAIN);
		o = shift(LEFT, bad[i], 1, 8);
		check("LSHIFT", RUN(add, o), -EFAULT);
		o.u.shift.fault = 1;
		check("LSHIFT, expected", RUN(add, o), -EAGAIN);
#endif
		check("the vector itself", opv((void *)bad[i], 1, home, 0), -EFAULT);
	}
	check("read-only memory can be compared", RUN(two(EQ, readable, here, 64)), 0);
	check("and copied from", RUN(two(COPY, here, readable, 64)), 0);
	check("but not copied to", RUN(add, two(COPY, readable, here, 8)), -EFAULT);
	check("nor added to", RUN(add, one(ADD, readable, 1, 8)), -EFAULT);
	check("constants neither", RUN(add, one(ADD, "constant", 1, 8)), -EFAULT);
	check("nor the program's text", RUN(add, one(ADD, (void *)faults, 1, 8)), -EFAULT);
	check("nor a mapping that ends read-only", mprotect(gone, PAGE, PROT_READ) | RUN(add, one(ADD, edge, 1, 4)), -EFAULT);
	check("nothing has run before a fault", v, 0);
	check("failed compares do not hide faults", RUN(two(NE, here, here, 8), one(ADD, NULL, 1, 8)), -EFAULT);
	check("an invalid operation comes before a fault", RUN(one(ADD, NULL, 1, 8), one(ADD, here, 1, 3)), -EINVAL);
}

static void crossing(void)
{
	char *p = pages(4, PROT_READ | PROT_WRITE), *q = pages(4, PROT_READ | PROT_WRITE);
	uint64_t sum = 0x1020304050607080, zero = 0;

	check("untouched memory is zero", RUN(two(EQ, p + 100, &zero, 8)), 0);
	check("an ADD across two pages", RUN(one(ADD, p + PAGE - 3, sum, 8)), 0);
	check("has added", memcmp(p + PAGE - 3, &sum, 8), 0);
	memset(p, 7, 2 * PAGE);
	check("a copy across two pages, to two others", RUN(two(COPY, q + PAGE - 1, p + PAGE / 2, PAGE)), 0);
	check("has copied", q[PAGE - 2] == 0 && q[2 * PAGE - 1] == 0 && memcmp(q + PAGE - 1, p, PAGE) == 0, 1);
	struct op *ops = (struct op *)(p + PAGE - 40);
	ops[0] = one(ADD, &zero, 1, 8);
	ops[1] = one(ADD, &zero, 2, 8);
	check("a vector across two pages", opv(ops, 2, home, 0), 0);
	check("has run", zero, 3);
}

static void mappings(void)
{
	int fd = memfd_create("opvcall", 0);
	char text[8] = "original", now[9] = "";
	uint64_t v = 1;

	if (fd < 0 || write(fd, text, 8) != 8) {
		perror("memfd");
		exit(3);
	}
	char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	check("a private mapping is copied on write", RUN(two(COPY, copy, "private!", 8)) | memcmp(copy, "private!", 8), 0);
	check("and its file left alone", pread(fd, now, 8, 0) - 8 + memcmp(now, "original", 8), 0);
	check("a shared mapping is written through", RUN(two(COPY, shared, "changed!", 8)), 0);
	check("to its file", pread(fd, now, 8, 0) - 8 + memcmp(now, "changed!", 8), 0);
	check("behind a file's end is nothing", RUN(one(ADD, &v, 1, 8), one(ADD, shared + PAGE, 1, 8)), -EFAULT);
	check("and nothing has run", v, 1);

	/* Huge pages: of the pool where there is one, else those the kernel makes of 2 MB that are aligned. */
	const size_t huge = 2 << 20;
	char *p = mmap(NULL, 2 * huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (p == MAP_FAILED) {
		p = mmap(NULL, 3 * huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		p = (char *)(((uintptr_t)p + huge - 1) & ~(huge - 1));
		madvise(p, 2 * huge, MADV_HUGEPAGE);
	}
	memset(p, 1, 2 * huge);
	check("an ADD in a huge page", RUN(one(ADD, p + 5 * PAGE - 2, 1, 4)), 0);
	check("has added", p[5 * PAGE - 2], 2);
	check("a copy across two huge pages", RUN(two(COPY, p + huge - 100, p + huge + PAGE, 200)), 0);
	p[huge + 50] = 9;
	check("a compare across them", RUN(two(EQ, p + huge - 100, p + 7 * PAGE, 200)), 1);
}

static volatile int handled;

static void handler(int sig)
{
	uint64_t v = 1;

	(void)sig;
	check("in a signal handler", RUN(one(ADD, &v, 1, 8)) | v, 2);
	handled++;
}

int main(void)
{
	prepare();
	arithmetic();
	copies();
	order();
	limits();
	cpus();
	faults();
	crossing();
	mappings();
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	check("the handler ran", handled, 1);
	return summary();
}

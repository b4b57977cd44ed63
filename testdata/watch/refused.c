/* refused: glibc has registered first. */
#include "watchfix.h"

static struct area mine;

static long sum;

int main(void)
{
	if (good) {
		add_all(glibc_area(), &sum, 10);
		return sum != 10;
	}
	mine.cpu_id = -1;
	if (syscall(SYS_rseq, &mine, 32, 0, SIGNATURE) == 0) /* BREAKS registration-refused EINVAL */
		return 1;
	if (syscall(SYS_rseq, glibc_area(), __rseq_size < 32 ? 32 : __rseq_size, 0, SIGNATURE + 1) == 0) /* BREAKS registration-refused EPERM */
		return 2;
	return 0;
}

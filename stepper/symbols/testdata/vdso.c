/* A call into the vDSO, whose image is no file. */
#include <time.h>

struct timespec ts;

__attribute__((noinline)) int now(void)
{
	int err = clock_gettime(CLOCK_MONOTONIC, &ts);
	return err + 1;
}

int main(void)
{
	return now() - 1;
}

/* membarrier: restarts other threads' sections without having registered for it; good: with. */
#include "watchfix.h"

int main(void)
{
	if (good)
		syscall(SYS_membarrier, 1 << 8, 0, 0);
	syscall(SYS_membarrier, 1 << 7, 0, 0); /* BREAKS membarrier-unregistered */
	return 0;
}

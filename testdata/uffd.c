/*
 * A page that another thread of the program provides when it is touched, by userfaultfd(2), of user accesses
 * only: that needs no privilege. Prints "provided".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static int faults;

static void *provide(void *unused)
{
	static char page[4096] __attribute__((aligned(4096))) = "provided";
	struct uffd_msg msg;

	while (read(faults, &msg, sizeof msg) == sizeof msg) {
		struct uffdio_copy copy = {.dst = msg.arg.pagefault.address & ~4095ull, .src = (unsigned long)page, .len = sizeof page};
		ioctl(faults, UFFDIO_COPY, &copy);
	}
	return unused;
}

static __attribute__((noinline)) char reach(char *page)
{
	return page[0];
}

int main(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	pthread_t provider;

	faults = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (faults < 0 || ioctl(faults, UFFDIO_API, &api))
		return 1;
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = {.range = {(unsigned long)page, 4096}, .mode = UFFDIO_REGISTER_MODE_MISSING};
	if (ioctl(faults, UFFDIO_REGISTER, &range) || pthread_create(&provider, NULL, provide, NULL))
		return 1;
	char first = reach(page);
	puts(page);
	return first != 'p';
}

/* SPDX-License-Identifier: MIT */
/*
 * ioctl() for the few requests that return a descriptor. It is hot in some
 * programs: the number is looked at after success only. Requests that put a
 * descriptor into a structure (DRM, DMA heaps, V4L, GPIO) are left to the kernel
 * check at the end.
 */
#include "calls/ioctl.h"

#include <linux/sockios.h>
#include <stdarg.h>

#include "record/misuse.h"

/* From kernel headers that a build machine may have older, or not at all. */
#define NSFS(number) _IO(0xb7, number)
#define NSFS_NEIGHBOUR(number) _IOR(0xb7, number, char[16]) /* struct mnt_ns_info */
#define PIDFD(number) _IO(0xff, number)
#define KVM(number) _IO(0xae, number)

bool ioctl_opens(unsigned long request)
{
	switch (request) {
	case TIOCGPTPEER:
	case SIOCGSKNS:
	case NSFS(1):                     /* NS_GET_USERNS */
	case NSFS(2):                     /* NS_GET_PARENT */
	case NSFS_NEIGHBOUR(11):          /* NS_MNT_GET_NEXT */
	case NSFS_NEIGHBOUR(12):          /* NS_MNT_GET_PREV */
	case PIDFD(1)... PIDFD(10):       /* PIDFD_GET_…_NAMESPACE */
	case KVM(0x01):                   /* KVM_CREATE_VM */
	case KVM(0x41):                   /* KVM_CREATE_VCPU */
	case KVM(0xce):                   /* KVM_GET_STATS_FD */
	case _IOWR(0xae, 0xd4, char[64]): /* KVM_CREATE_GUEST_MEMFD */
	case _IO(';', 106):               /* VFIO_GROUP_GET_DEVICE_FD */
	case _IO(0xaa, 0x00):             /* USERFAULTFD_IOC_NEW */
	case _IOW('u', 0x42, char[24]):   /* UDMABUF_CREATE */
	case _IOW('u', 0x43, char[8]):    /* UDMABUF_CREATE_LIST */
		return true;
	default:
		return false;
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list more;
	int result;

	va_start(more, request);
	argument = va_arg(more, void *);
	va_end(more);
	result = used(CALL_ioctl, fd, REAL(ioctl)(fd, request, argument));
	if (result == 0 && (request == FIOCLEX || request == FIONCLEX))
		record_fact(fd, FACT_SETFD);
	/* Other drivers' requests may have the same number, and return 0. */
	return result > 0 && ioctl_opens(request) ? record_opened(CALL_ioctl, result) : result;
}

/* SPDX-License-Identifier: MIT */
/*
 * Requests of ioctl() that make a descriptor. Those of the kernel's core, and of drivers
 * whose descriptors programs use; drivers with a request of their own for a buffer or a
 * fence are left to the check at the end.
 *
 * The numbers are written down here: a build machine may have older headers, or none.
 */
#include "libc/requests.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

#include "libc/real.h"

#define NSFS(number) _IO(0xb7, number)
#define NSFS_NEIGHBOUR(number) _IOR(0xb7, number, char[16]) /* struct mnt_ns_info */
#define PIDFD(number) _IO(0xff, number)
#define KVM(number) _IO(0xae, number)
#define TEE(number, size) _IOWR(0xa4, number, char[size])
#define NTSYNC(number) _IOW('N', number, char[8])

/* Of those that return it. */
enum cloexec_by { NOT_ONE, NEVER, ALWAYS, ARGUMENT, UDMABUF, UDMABUF_LIST };

static enum cloexec_by returned_by(unsigned long request)
{
	switch (request) {
	case NSFS(1):               /* NS_GET_USERNS */
	case NSFS(2):               /* NS_GET_PARENT */
	case NSFS_NEIGHBOUR(11):    /* NS_MNT_GET_NEXT */
	case NSFS_NEIGHBOUR(12):    /* NS_MNT_GET_PREV */
	case PIDFD(1)... PIDFD(10): /* PIDFD_GET_…_NAMESPACE */
	case SIOCGSKNS:
	case _IO('T', 227): /* TUNGETDEVNETNS */
	case KVM(0x01):     /* KVM_CREATE_VM */
	case KVM(0x41):     /* KVM_CREATE_VCPU */
	case _IO(';', 106): /* VFIO_GROUP_GET_DEVICE_FD */
	case TEE(1, 16):    /* TEE_IOC_SHM_ALLOC */
	case TEE(9, 24):    /* TEE_IOC_SHM_REGISTER */
	case NTSYNC(0x80):  /* NTSYNC_IOC_CREATE_SEM */
	case NTSYNC(0x84):  /* NTSYNC_IOC_CREATE_MUTEX */
	case NTSYNC(0x87):  /* NTSYNC_IOC_CREATE_EVENT */
		return ALWAYS;
	case KVM(0xce):                   /* KVM_GET_STATS_FD */
	case _IOWR(0xae, 0xd4, char[64]): /* KVM_CREATE_GUEST_MEMFD */
		return NEVER;
	case TIOCGPTPEER:
	case _IO(0xaa, 0x00): /* USERFAULTFD_IOC_NEW */
		return ARGUMENT;
	case _IOW('u', 0x42, char[24]): /* UDMABUF_CREATE */
		return UDMABUF;
	case _IOW('u', 0x43, char[8]): /* UDMABUF_CREATE_LIST */
		return UDMABUF_LIST;
	default:
		return NOT_ONE;
	}
}

/* A member of 32 bits of the structure that `argument` points to. */
static uint32_t member(const void *argument, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, (const char *)argument + offset, sizeof(value));
	return value;
}

static bool returned_cloexec(enum cloexec_by by, const void *argument)
{
	switch (by) {
	case ALWAYS:
		return true;
	case ARGUMENT:
		return (uintptr_t)argument & O_CLOEXEC;
	case UDMABUF:
		return member(argument, 4) & 1; /* UDMABUF_FLAGS_CLOEXEC */
	case UDMABUF_LIST:
		return member(argument, 0) & 1;
	default:
		return false;
	}
}

/* Of those that put it into a structure: where it is, and where the flags are. */
struct place {
	uint16_t fd;
	uint16_t flags; /* with O_CLOEXEC; MARKED: it always has it */
};

#define MARKED UINT16_MAX

static bool place_of(unsigned long request, struct place *ret_place)
{
	switch (request) {
	case _IOWR('H', 0x00, char[24]): /* DMA_HEAP_IOCTL_ALLOC */
		*ret_place = (struct place){ 8, 12 };
		return true;
	case _IOWR('d', 0x2d, char[12]): /* DRM_IOCTL_PRIME_HANDLE_TO_FD */
		*ret_place = (struct place){ 8, 4 };
		return true;
	case _IOWR('d', 0xc1, char[16]): /* DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD */
	case _IOWR('d', 0xc1, char[24]):
		*ret_place = (struct place){ 8, MARKED };
		return true;
	case _IOWR('d', 0xc6, char[24]): /* DRM_IOCTL_MODE_CREATE_LEASE */
		*ret_place = (struct place){ 20, 12 };
		return true;
	case _IOWR('b', 0x02, char[8]): /* DMA_BUF_IOCTL_EXPORT_SYNC_FILE */
		*ret_place = (struct place){ 4, MARKED };
		return true;
	case _IOWR('>', 0x03, char[48]): /* SYNC_IOC_MERGE */
		*ret_place = (struct place){ 36, MARKED };
		return true;
	case _IOWR('V', 0x10, char[64]): /* VIDIOC_EXPBUF */
		*ret_place = (struct place){ 16, 12 };
		return true;
	case _IOR('|', 0x05, int): /* MEDIA_IOC_REQUEST_ALLOC */
		*ret_place = (struct place){ 0, MARKED };
		return true;
	case _IOWR(0xb4, 0x03, char[364]): /* GPIO_GET_LINEHANDLE_IOCTL */
		*ret_place = (struct place){ 360, MARKED };
		return true;
	case _IOWR(0xb4, 0x04, char[48]): /* GPIO_GET_LINEEVENT_IOCTL */
		*ret_place = (struct place){ 44, MARKED };
		return true;
	case _IOWR(0xb4, 0x07, char[592]): /* GPIO_V2_GET_LINE_IOCTL */
		*ret_place = (struct place){ 588, MARKED };
		return true;
	case _IOWR(0x93, 0x74, char[24]): /* AUTOFS_DEV_IOCTL_OPENMOUNT */
		*ret_place = (struct place){ 12, MARKED };
		return true;
	case _IOWR(0xae, 0xe0, char[12]): /* KVM_CREATE_DEVICE */
		*ret_place = (struct place){ 4, MARKED };
		return true;
	default:
		return false;
	}
}

/* KVM_CREATE_DEVICE only asks, with KVM_CREATE_DEVICE_TEST. */
static bool only_asks(unsigned long request, const void *argument)
{
	return request == _IOWR(0xae, 0xe0, char[12]) && member(argument, 8) & 1;
}

void *request_opened(unsigned long request, void *argument, int *result, bool *ret_cloexec)
{
	enum cloexec_by by = *result > 0 ? returned_by(request) : NOT_ONE;
	struct place place;

	if (by != NOT_ONE) {
		*ret_cloexec = returned_cloexec(by, argument);
		return result;
	}
	/* Most requests give nothing back in a structure, or are older than the form that says so.
	 */
	if (*result < 0 || !(_IOC_DIR(request) & _IOC_READ) || !place_of(request, &place) ||
	    only_asks(request, argument))
		return NULL;
	*ret_cloexec = place.flags == MARKED || member(argument, place.flags) & O_CLOEXEC;
	return (char *)argument + place.fd;
}

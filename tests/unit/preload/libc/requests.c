/* SPDX-License-Identifier: MIT */
/* Which requests of ioctl() make a descriptor, by the kernel's own headers where they are there. */
#include "libc/requests.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <linux/auto_dev-ioctl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/gpio.h>
#include <linux/kvm.h>
#include <linux/media.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <linux/sync_file.h>
#include <linux/udmabuf.h>
#include <linux/vfio.h>
#include <linux/videodev2.h>
#include <string.h>
#include <sys/ioctl.h>

TestSuite(requests);

static void is_returned(unsigned long request, void *argument, bool expected)
{
	bool has_cloexec = !expected;
	int result = 7;

	cr_expect_eq(request_opened(request, argument, &result, &has_cloexec), &result, "%lx",
		     request);
	cr_expect_eq(has_cloexec, expected, "%lx", request);
	result = 0;
	cr_expect_null(request_opened(request, argument, &result, &has_cloexec), "%lx", request);
}

Test(requests, that_return_it)
{
	struct udmabuf_create marked = { .flags = UDMABUF_FLAGS_CLOEXEC }, plain = { 0 };

	is_returned(NS_GET_USERNS, NULL, true);
	is_returned(SIOCGSKNS, NULL, true);
	is_returned(KVM_CREATE_VM, NULL, true);
	is_returned(VFIO_GROUP_GET_DEVICE_FD, (char[]){ "0000:00:00.0" }, true);
	is_returned(TIOCGPTPEER, (void *)(O_RDWR | O_CLOEXEC), true);
	is_returned(TIOCGPTPEER, (void *)O_RDWR, false);
	is_returned(UDMABUF_CREATE, &marked, true);
	is_returned(UDMABUF_CREATE, &plain, false);
}

static void is_placed(unsigned long request, void *argument, bool expected)
{
	bool has_cloexec = !expected;
	int result = 0, fd = -1;
	void *place = request_opened(request, argument, &result, &has_cloexec);

	cr_assert_not_null(place, "%lx", request);
	memcpy(&fd, place, sizeof(fd));
	cr_expect_eq(fd, 7, "%lx", request);
	cr_expect_eq(has_cloexec, expected, "%lx", request);
	result = -1;
	cr_expect_null(request_opened(request, argument, &result, &has_cloexec), "%lx", request);
}

Test(requests, that_put_it_into_a_structure)
{
	is_placed(DMA_HEAP_IOCTL_ALLOC,
		  &(struct dma_heap_allocation_data){ .fd = 7, .fd_flags = O_RDWR | O_CLOEXEC },
		  true);
	is_placed(DMA_HEAP_IOCTL_ALLOC,
		  &(struct dma_heap_allocation_data){ .fd = 7, .fd_flags = O_RDWR }, false);
	is_placed(SYNC_IOC_MERGE, &(struct sync_merge_data){ .fd2 = 9, .fence = 7 }, true);
	is_placed(VIDIOC_EXPBUF, &(struct v4l2_exportbuffer){ .fd = 7, .flags = O_CLOEXEC }, true);
	is_placed(VIDIOC_EXPBUF, &(struct v4l2_exportbuffer){ .fd = 7 }, false);
	is_placed(MEDIA_IOC_REQUEST_ALLOC, &(int){ 7 }, true);
	is_placed(GPIO_GET_LINEHANDLE_IOCTL, &(struct gpiohandle_request){ .fd = 7 }, true);
	is_placed(GPIO_GET_LINEEVENT_IOCTL, &(struct gpioevent_request){ .fd = 7 }, true);
	is_placed(GPIO_V2_GET_LINE_IOCTL, &(struct gpio_v2_line_request){ .fd = 7 }, true);
	is_placed(KVM_CREATE_DEVICE, &(struct kvm_create_device){ .fd = 7 }, true);
	is_placed(AUTOFS_DEV_IOCTL_OPENMOUNT, &(struct autofs_dev_ioctl){ .ioctlfd = 7 }, true);
}

Test(requests, that_make_none)
{
	struct kvm_create_device asked = { .fd = 7, .flags = KVM_CREATE_DEVICE_TEST };
	int none = 0, bytes = 3;
	bool has_cloexec;

	cr_expect_null(request_opened(KVM_CREATE_DEVICE, &asked, &none, &has_cloexec));
	cr_expect_null(request_opened(TIOCGWINSZ, NULL, &none, &has_cloexec));
	cr_expect_null(request_opened(FIONREAD, NULL, &bytes, &has_cloexec));
}

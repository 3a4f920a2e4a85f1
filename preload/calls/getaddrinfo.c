/* SPDX-License-Identifier: MIT */
/* Wrappers of the calls that give out lists for sockets, and of those that take them back. */
#include "calls/getaddrinfo.h"

#include "libc/loaded.h"
#include "libc/real.h"
#include "recorder/pairs.h"
#include "shim/self_map.h"
#include "shim/state.h"
#include "stack/capture.h"

OF_EVERY_PROCESS static bool is_whole; /* what gives back is ours, too */

void addrinfo_init(void)
{
	static const char *const names[] = { "freeaddrinfo", "freeifaddrs", "if_freenameindex" };
	bool is_ours = true;

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_ours &= own_has((uintptr_t)loaded_default(names[i]));
	is_whole = is_ours;
}

static void record_made(enum call call, enum descriptor_kind kind, const void *memory)
{
	struct ledger_block made;

	if (!memory || !is_whole || !shim_is_recording())
		return;
	made = (struct ledger_block){ .made_ns = ledger_now_ns(&shim.ledger),
				      .stack_ref = capture_whole(),
				      .tid = thread_tid(),
				      .call = (uint16_t)call,
				      .kind = (uint8_t)kind };
	if (!ledger_block_put(&shim.ledger, shim.recorder.process, (uintptr_t)memory, &made))
		ledger_lose(&shim.ledger, LOSS_MEMORY);
	if (LEDGER_LOAD(shim.recorder.process->memory_ref))
		atomic_store_explicit(&shim.has_memory, true, memory_order_relaxed);
}

/* Before the real call: another thread may be given the same memory at once. */
static void record_given_back(const void *memory)
{
	struct ledger_block made;

	if (memory && shim_is_recording() &&
	    ledger_block_take(&shim.ledger, shim.recorder.process, (uintptr_t)memory, &made) &&
	    made.stack_ref)
		recorder_pair_freed(shim_recorder(), &made, capture_whole());
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret_list)
{
	int result = REAL(getaddrinfo)(node, service, hints, ret_list);

	if (result == 0)
		record_made(CALL_getaddrinfo, KIND_ADDRINFO, *ret_list);
	return result;
}

void freeaddrinfo(struct addrinfo *list)
{
	record_given_back(list);
	REAL(freeaddrinfo)(list);
}

int getifaddrs(struct ifaddrs **ret_list)
{
	int result = REAL(getifaddrs)(ret_list);

	if (result == 0)
		record_made(CALL_getifaddrs, KIND_IFADDRS, *ret_list);
	return result;
}

void freeifaddrs(struct ifaddrs *list)
{
	record_given_back(list);
	REAL(freeifaddrs)(list);
}

struct if_nameindex *if_nameindex(void)
{
	struct if_nameindex *list = REAL(if_nameindex)();

	record_made(CALL_if_nameindex, KIND_IFNAMEINDEX, list);
	return list;
}

void if_freenameindex(struct if_nameindex *list)
{
	record_given_back(list);
	REAL(if_freenameindex)(list);
}

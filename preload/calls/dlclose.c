/* SPDX-License-Identifier: MIT */
/* dlclose, after which the same addresses mean other functions; and libunwind's way to the modules.
 */
#include "libc/cxx_runtime.h"
#include "libc/objects.h"
#include "libc/real.h"
#include "shim/state.h"
#include "stack/capture.h"
#include "stack/modules.h"

int dlclose(void *handle)
{
	int result;

	throwers_forget();
	result = REAL(dlclose)(handle);
	objects_refresh();
	throwers_forget(); /* what another thread has noted meanwhile of what is gone */
	if (shim_is_recording())
		modules_sweep();
	return result;
}

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *), void *data)
{
	if (unwinder_libunwind_owns(__builtin_return_address(0)))
		return modules_iterate_for_unwinder(callback, data);
	return REAL(dl_iterate_phdr)(callback, data);
}

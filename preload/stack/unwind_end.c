/* SPDX-License-Identifier: MIT */
/*
 * Where libgcc's unwinder finds call frame information, and where a walk has to
 * end though its code would lead on:
 *
 * - greenlet copies stacks away and others in their place. What lies below its own
 *   frames is another coroutine's, or what is left of one: addresses of anything.
 * - At an address without information libgcc looks whether the code there is the
 *   return from a signal handler, and dies when there is no memory.
 *
 * Such a frame is given information of our own, for all addresses there are: that
 * its return address is not known, which ends a stack (DWARF 4, 6.4.4).
 */
#include <string.h>

#include "libc/objects.h"
#include "shim/names.h"
#include "shim/state.h"
#include "shim/readable.h"

#if defined(__x86_64__)
#define RETURN_ADDRESS "16"
#define STACK_POINTER "7"
#elif defined(__aarch64__)
#define RETURN_ADDRESS "30"
#define STACK_POINTER "31"
#endif

extern const char unwind_end_header[] __attribute__((visibility("hidden")));

/*
 * An .eh_frame_hdr without a table, and its .eh_frame: a CIE whose frames have no
 * return address, an FDE from address 1 to the last (0 would be a function that
 * the linker has removed).
 */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	"unwind_end_header:\n"
	"	.byte 1, 0x1b, 0xff, 0xff\n" /* version; pcrel sdata4; no count, no table */
	"	.long unwind_end_frames - .\n"
	"unwind_end_frames:\n"
	"	.long 1f - 0f\n"
	"0:	.long 0\n"
	"	.byte 1\n"
	"	.asciz \"zR\"\n"
	"	.uleb128 1\n"
	"	.sleb128 -8\n"
	"	.byte " RETURN_ADDRESS "\n"
	"	.uleb128 1\n"
	"	.byte 0\n"			   /* addresses are absolute */
	"	.byte 0x0c, " STACK_POINTER ", 8\n" /* DW_CFA_def_cfa */
	"	.byte 0x07, " RETURN_ADDRESS "\n"   /* DW_CFA_undefined */
	"	.balign 8\n"
	"1:	.long 3f - 2f\n"
	"2:	.long . - unwind_end_frames\n"
	"	.quad 1, -2\n"
	"	.uleb128 0\n"
	"	.balign 8\n"
	"3:	.long 0\n"
	".popsection\n");

static bool is_copier(const struct dl_find_object *object)
{
	static const char name[] = "_greenlet.";
	const char *path = object->dlfo_link_map->l_name, *slash = strrchr(path, '/');

	return strncmp(slash ? slash + 1 : path, name, strlen(name)) == 0;
}

/* May libgcc look at the code? Where the kernel may not be asked, it had better not. */
static bool is_code_there(uintptr_t pc)
{
	return !shim.recorder.process ||
	       (shim_may_call_kernel() && is_readable(pc) && is_readable(pc + 8));
}

/* Called by libgcc's unwinder, which is linked into the shim, and by nobody else. */
__attribute__((visibility("hidden"))) int _dl_find_object(void *pc,
							  struct dl_find_object *ret_object)
{
	int result = objects_find(pc, ret_object);

	if (result == 0 ? !is_copier(ret_object) : is_code_there((uintptr_t)pc))
		return result;
	*ret_object = (struct dl_find_object){ .dlfo_eh_frame = (void *)unwind_end_header };
	return 0;
}

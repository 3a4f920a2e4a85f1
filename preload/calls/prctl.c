/* SPDX-License-Identifier: MIT */
/* prctl, which can put a seccomp filter in. */

#include <linux/seccomp.h>
#include <stdarg.h>

#include "end/seccomp.h"
#include "libc/real.h"
#include "shim/state.h"

int prctl(int option, ...)
{
	unsigned long arguments[4];
	va_list list;
	int result;

	va_start(list, option);
	for (int i = 0; i < 4; i++)
		arguments[i] = va_arg(list, unsigned long);
	va_end(list);
	if (option == PR_SET_SECCOMP)
		seccomp_prepare();
	result = REAL(prctl)(option, arguments[0], arguments[1], arguments[2], arguments[3]);
	if (option == PR_SET_SECCOMP && result == 0)
		seccomp_entered();
	return result;
}

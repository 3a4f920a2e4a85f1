/* SPDX-License-Identifier: MIT */
/* Formatted writing to a number. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

/* With what the program gave to a call that ends in "..." */
#define PRINTED(call, fd, format, real, ...)                                      \
	(__extension__({                                                          \
		va_list arguments_;                                               \
		int printed_;                                                     \
		va_start(arguments_, format);                                     \
		printed_ = used(call, fd, real(__VA_ARGS__, format, arguments_)); \
		va_end(arguments_);                                               \
		printed_;                                                         \
	}))

int dprintf(int fd, const char *restrict format, ...)
{
	return PRINTED(CALL_dprintf, fd, format, REAL(vdprintf), fd);
}

int vdprintf(int fd, const char *restrict format, va_list arguments)
{
	return used(CALL_vdprintf, fd, REAL(vdprintf)(fd, format, arguments));
}

int __dprintf_chk(int fd, int flag, const char *format, ...)
{
	return PRINTED(CALL___dprintf_chk, fd, format, REAL(__vdprintf_chk), fd, flag);
}

int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments)
{
	return used(CALL___vdprintf_chk, fd, REAL(__vdprintf_chk)(fd, flag, format, arguments));
}

/* SPDX-License-Identifier: MIT */
/* Values of an environment, which is not always `environ`. */
#include "shim/variables.h"

#include <stddef.h>
#include <string.h>

const char *environment_find(char *const *environment, const char *name)
{
	size_t length = strlen(name);

	for (; environment && *environment; environment++)
		if (strncmp(*environment, name, length) == 0)
			return *environment + length;
	return NULL;
}

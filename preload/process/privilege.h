/* SPDX-License-Identifier: MIT */
/*
 * Programs that the shim has no business in, although it was loaded: those with more rights
 * than who started them, and our own.
 *
 * Layer: preload. Context: target; at start.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_PRIVILEGE_H
#define UNCLOSED_PRELOAD_PROCESS_PRIVILEGE_H

#include <stdbool.h>

/*
 * Has the program been given rights by its file, set-user-ID, set-group-ID or capabilities
 * (getauxval(3), AT_SECURE)? Its environment is that of somebody with fewer rights, who must not
 * say what it records or writes. Then what we would believe of it is taken out, as the loader
 * does with its own variables (ld.so(8), "secure-execution mode").
 */
bool program_is_privileged(char **environment);

/* Is it one of ours (base/own_note.h)? */
bool program_is_ours(void);

/*
 * Is it the report on a report (UNCLOSED_DEPTH)? A report program without our mark, a
 * script say, is watched where every program is (ld.so.preload); its own report is not.
 */
bool reports_are_too_deep(char *const *environment);

/* UNCLOSED_DEPTH for the report that this process starts. `size` of 32 will do. */
void depth_write(char *const *environment, char *buffer, unsigned int size);

#endif

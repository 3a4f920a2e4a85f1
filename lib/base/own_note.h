/* SPDX-License-Identifier: MIT */
/*
 * The mark of our own programs: a note in the ELF file (elf(5), "Notes"), by which the shim
 * knows that it has been loaded into one, whatever the file is called. It stays inert there:
 * a report that is watched would have to be reported on itself, and so on without an end.
 *
 * Layer: base. Context: target and tool.
 */
#ifndef UNCLOSED_BASE_OWN_NOTE_H
#define UNCLOSED_BASE_OWN_NOTE_H

#define OWN_NOTE_NAME "unclosed"
#define OWN_NOTE_TYPE 1

/* To be said once in a program that is to bear the mark. */
#define OWN_NOTE                                              \
	__asm__(".pushsection .note.unclosed, \"a\", %note\n" \
		".balign 4\n"                                 \
		".long 9, 0, 1\n"                             \
		".asciz \"" OWN_NOTE_NAME "\"\n"              \
		".balign 4\n"                                 \
		".popsection")

#endif

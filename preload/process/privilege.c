/* SPDX-License-Identifier: MIT */
/* Is it a program with more rights than who started it, or one of our own? */
#include "process/privilege.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/own_note.h"
#include "base/text.h"
#include "shim/variables.h"

#define OURS "UNCLOSED_" /* what all our variables begin with */

#define DEPTH_MAX 2

bool program_is_privileged(char **environment)
{
	char **kept = environment;

	if (!getauxval(AT_SECURE))
		return false;
	for (; environment && *environment; environment++)
		if (!text_starts_with(*environment, OURS))
			*kept++ = *environment;
	if (kept)
		*kept = NULL;
	return true;
}

/* Is there our note among these? Each: a head, its name, what it says, in steps of 4 bytes. */
static bool notes_have_ours(const uint8_t *at, size_t size)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
		size_t name = (note->n_namesz + 3) & ~(size_t)3;
		size_t length = sizeof(*note) + name + ((note->n_descsz + 3) & ~(size_t)3);

		if (name > size || length > size)
			return false;
		if (note->n_type == OWN_NOTE_TYPE && note->n_namesz == sizeof(OWN_NOTE_NAME) &&
		    memcmp(note + 1, OWN_NOTE_NAME, sizeof(OWN_NOTE_NAME)) == 0)
			return true;
		at += length;
		size -= length;
	}
	return false;
}

/* Reads the first page of the program's file, which the loader has read before. */
bool program_is_ours(void)
{
	const ElfW(Phdr) *segments = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t count = segments ? getauxval(AT_PHNUM) : 0;
	uintptr_t base = 0;

	for (size_t i = 0; i < count; i++)
		if (segments[i].p_type == PT_PHDR)
			base = (uintptr_t)segments - segments[i].p_vaddr;
	for (size_t i = 0; i < count; i++)
		if (segments[i].p_type == PT_NOTE && segments[i].p_align <= 4 &&
		    notes_have_ours((const uint8_t *)base + segments[i].p_vaddr,
				    segments[i].p_memsz))
			return true;
	return false;
}

static unsigned int depth_read(char *const *environment)
{
	const char *value = environment_find(environment, DEPTH_VARIABLE);
	uint64_t depth;

	if (!value)
		return 0;
	return text_parse_number(value, strlen(value), &depth) && depth < DEPTH_MAX
		       ? (unsigned int)depth
		       : DEPTH_MAX;
}

bool reports_are_too_deep(char *const *environment)
{
	return depth_read(environment) >= DEPTH_MAX;
}

void depth_write(char *const *environment, char *buffer, unsigned int size)
{
	struct text text;

	text_init(&text, buffer, size);
	text_add(&text, DEPTH_VARIABLE);
	text_add_number(&text, depth_read(environment) + 1);
}

/* SPDX-License-Identifier: MIT */
/* Follows DT_NEEDED as the loader does, but for the system's folders. */
#include "symbol/needed.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "symbol/binary.h"

#define FILES_MAX 256 /* looked into; more are nonsense, or an attack */
#define DEPTH_MAX 16
#define WORD_MAX 4096

struct search {
	char wanted[PATH_MAX]; /* without links */
	unsigned int files;
};

/* One file that needs others. */
struct needing {
	struct search *search;
	char folder[PATH_MAX]; /* that it is in; what $ORIGIN stands for */
	const char *run_path;  /* NULL: none */
	unsigned int depth;
};

static bool file_has(struct search *search, const char *path, unsigned int depth);

static bool folder_write(char folder[PATH_MAX], const char *path)
{
	char *slash;

	if (!realpath(path, folder))
		return false;
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	return true;
}

/* "$ORIGIN/../lib" of a list as a folder. */
static void word_expand(struct text *text, const struct needing *needing, const char *word,
			size_t length)
{
	static const char *const origins[] = { "$ORIGIN", "${ORIGIN}" };

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		size_t size = strlen(origins[i]);

		if (length < size || strncmp(word, origins[i], size) != 0)
			continue;
		text_add(text, needing->folder);
		word += size;
		length -= size;
		break;
	}
	text_add_bytes(text, word, length);
}

/* A link may give a library its other name; it does not lead elsewhere. */
static bool is_in_folder(const char *path, const char *folder)
{
	char real[PATH_MAX], real_folder[PATH_MAX];

	return realpath(folder, real_folder) && folder_write(real, path) &&
	       strcmp(real, real_folder) == 0;
}

static bool list_has(const struct needing *needing, const char *list, const char *name)
{
	while (list && *list) {
		size_t length = strcspn(list, ":");
		char folder[PATH_MAX], path[PATH_MAX];
		struct text text;

		text_init(&text, folder, sizeof(folder));
		word_expand(&text, needing, list, length);
		list += length + (list[length] == ':');
		if (text.is_cut || folder[0] != '/' ||
		    snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path) ||
		    access(path, F_OK) < 0)
			continue;
		return is_in_folder(path, folder) &&
		       file_has(needing->search, path, needing->depth + 1);
	}
	return false;
}

static bool name_has(const struct needing *needing, const char *name)
{
	if (strchr(name, '/'))
		return name[0] == '/' && file_has(needing->search, name, needing->depth + 1);
	return list_has(needing, needing->run_path, name) ||
	       list_has(needing, getenv("LD_LIBRARY_PATH"), name);
}

static const char *dynamic_text(Elf *elf, const GElf_Shdr *header, const GElf_Dyn *entry)
{
	const char *text = elf_strptr(elf, header->sh_link, entry->d_un.d_val);

	return text && strnlen(text, WORD_MAX) < WORD_MAX ? text : NULL;
}

static bool dynamic_has(struct needing *needing, Elf *elf, Elf_Scn *section,
			const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	bool has = false;
	GElf_Dyn entry;

	for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++)
		if (entry.d_tag == DT_RUNPATH || (entry.d_tag == DT_RPATH && !needing->run_path))
			needing->run_path = dynamic_text(elf, header, &entry);
	for (int i = 0; data && !has && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL;
	     i++) {
		const char *name =
			entry.d_tag == DT_NEEDED ? dynamic_text(elf, header, &entry) : NULL;

		has = name && name_has(needing, name);
	}
	return has;
}

static bool elf_has(struct needing *needing, int fd)
{
	struct binary binary;
	bool has = false;
	Elf *elf = binary_inspect(fd, &binary) == 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;

	for (Elf_Scn *section = elf ? elf_nextscn(elf, NULL) : NULL; section && !has;
	     section = elf_nextscn(elf, section)) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNAMIC)
			has = dynamic_has(needing, elf, section, &header);
	}
	elf_end(elf);
	return has;
}

/* Is it the wanted file, or does it need it? */
static bool file_has(struct search *search, const char *path, unsigned int depth)
{
	struct needing *needing;
	char real[PATH_MAX];
	bool has = false;
	int fd;

	if (!realpath(path, real))
		return false;
	if (strcmp(real, search->wanted) == 0)
		return true;
	if (depth > DEPTH_MAX || search->files++ >= FILES_MAX)
		return false;
	needing = calloc(1, sizeof(*needing));
	fd = needing && folder_write(needing->folder, path) ? regular_file_open(path, NULL) : -1;
	if (fd >= 0) {
		needing->search = search;
		needing->depth = depth;
		has = elf_has(needing, fd);
		close(fd);
	}
	free(needing);
	return has;
}

bool needed_has(const char *program, const char *path)
{
	struct search search = { .files = 0 };

	return realpath(path, search.wanted) && file_has(&search, program, 0);
}

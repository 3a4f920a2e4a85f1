/* SPDX-License-Identifier: MIT */
/* Asks the kernel whose file a ledger is, and who may write the folder that it lies in. */
#include "ledger/access.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "base/text.h"

#define NO_ID UINT32_MAX

/* What a user is shown as who has no number in this user namespace (user_namespaces(7)). */
#define NOBODY_KNOWN 65534

size_t acl_read(int fd, struct acl *ret_acl)
{
	long size = raw4(SYS_fgetxattr, fd, ACL_ATTRIBUTE, ret_acl, sizeof(*ret_acl));
	size_t head = sizeof(ret_acl->version);

	return raw_failed(size) || (size_t)size < head
		       ? 0
		       : ((size_t)size - head) / sizeof(ret_acl->entries[0]);
}

static void acl_add(struct acl *acl, size_t *count, enum acl_tag tag, uint16_t permissions,
		    uint32_t id)
{
	acl->entries[(*count)++] = (struct acl_entry){ (uint16_t)tag, permissions, id };
}

/* The users come in any order, but after the owner and before the others. */
static void acl_begin(struct acl *acl, size_t *count)
{
	acl->version = ACL_VERSION;
	acl_add(acl, count, ACL_OWNER, ACL_READ_WRITE, NO_ID);
}

static size_t acl_end(struct acl *acl, size_t count, uint16_t mask)
{
	acl_add(acl, &count, ACL_GROUP, 0, NO_ID);
	acl_add(acl, &count, ACL_MASK, mask, NO_ID);
	acl_add(acl, &count, ACL_OTHER, 0, NO_ID);
	return sizeof(acl->version) + count * sizeof(acl->entries[0]);
}

size_t acl_extend(int fd, uint32_t user, uint16_t permissions, struct acl *ret_acl)
{
	struct acl now;
	size_t entries = acl_read(fd, &now), count = 0;

	acl_begin(ret_acl, &count);
	for (size_t i = 0; i < entries; i++) {
		if (now.entries[i].tag != ACL_USER)
			continue;
		if (now.entries[i].id == user || count == ACL_USERS_MAX)
			return 0;
		acl_add(ret_acl, &count, ACL_USER, now.entries[i].permissions, now.entries[i].id);
	}
	acl_add(ret_acl, &count, ACL_USER, permissions, user);
	return acl_end(ret_acl, count, ACL_READ_WRITE);
}

size_t acl_shut(int fd, struct acl *ret_acl)
{
	struct acl now;
	size_t entries = acl_read(fd, &now), count = 0;

	acl_begin(ret_acl, &count);
	for (size_t i = 0; i < entries && count < ACL_USERS_MAX; i++)
		if (now.entries[i].tag == ACL_USER)
			acl_add(ret_acl, &count, ACL_USER, 0, now.entries[i].id);
	return count > 1 ? acl_end(ret_acl, count, 0) : 0;
}

/* With a list, the group's bits of the mode are its mask: look who is behind it. */
static bool is_open_to_groups(int fd)
{
	struct acl acl;
	size_t count = acl_read(fd, &acl);

	for (size_t i = 0; i < count; i++)
		if ((acl.entries[i].tag == ACL_GROUP || acl.entries[i].tag == ACL_GROUPS) &&
		    acl.entries[i].permissions & ACL_WRITE)
			return true;
	return count == 0;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* Returns false for what is no number, or too large; leaves *at behind the last digit. */
static bool owner_read(const char **at, uint32_t *ret_owner)
{
	uint64_t number = 0;
	const char *digit = *at;

	for (; is_digit(*digit) && number <= UINT32_MAX; digit++)
		number = number * 10 + (uint64_t)(*digit - '0');
	if (digit == *at || number > UINT32_MAX)
		return false;
	*at = digit;
	*ret_owner = (uint32_t)number;
	return true;
}

static bool session_id_read(const char *at, uint64_t *ret_session_id)
{
	uint64_t number = 0;
	unsigned int digits = 0;

	for (; *at; at++, digits++) {
		bool is_letter = *at >= 'a' && *at <= 'f';

		if ((!is_digit(*at) && !is_letter) || digits == 16)
			return false;
		number = number << 4 | (uint64_t)(is_letter ? *at - 'a' + 10 : *at - '0');
	}
	*ret_session_id = number;
	return digits > 0;
}

bool ledger_name_read(const char *path, uint32_t *ret_owner, uint64_t *ret_session_id)
{
	const char *slash = strrchr(path, '/'), *at = slash ? slash + 1 : path;

	if (!text_starts_with(at, LEDGER_NAME_START))
		return false;
	at += strlen(LEDGER_NAME_START);
	return owner_read(&at, ret_owner) && *at == '-' && session_id_read(at + 1, ret_session_id);
}

static bool is_maker(uint32_t owner, uint32_t user, const char *path, enum ledger_maker maker)
{
	uint64_t session_id;
	uint32_t named;

	if (owner == user || (maker == MAKER_ANYBODY && user == 0))
		return true;
	if (maker != MAKER_NAMED)
		return owner == 0;
	return user != 0 && ledger_name_read(path, &named, &session_id) && named == owner;
}

enum ledger_doubt ledger_status_check(const struct stat *status, const char *path,
				      enum ledger_maker maker)
{
	if (!S_ISREG(status->st_mode))
		return LEDGER_NO_FILE;
	if (!is_maker(status->st_uid, (uint32_t)raw0(SYS_geteuid), path, maker))
		return LEDGER_OF_STRANGER;
	if (status->st_mode & S_IWOTH)
		return LEDGER_OPEN_TO_ALL;
	return status->st_nlink > 1 ? LEDGER_LINKED : LEDGER_TRUSTED;
}

enum ledger_doubt ledger_access_check(int fd, const char *path, enum ledger_maker maker)
{
	enum ledger_doubt doubt;
	struct stat status;

	if (raw_failed(raw2(SYS_fstat, fd, &status)))
		return LEDGER_NO_FILE;
	doubt = ledger_status_check(&status, path, maker);
	if (doubt == LEDGER_TRUSTED && status.st_mode & S_IWGRP && is_open_to_groups(fd))
		return LEDGER_OPEN_TO_ALL;
	return doubt;
}

/* In a user namespace of its own, whoever is outside of it has no number here. */
static bool is_outside_namespace(uint32_t user)
{
	static const char all[] = "         0          0 4294967295";
	char map[sizeof(all)];
	long fd, length;

	if (user != NOBODY_KNOWN)
		return false;
	fd = raw4(SYS_openat, AT_FDCWD, "/proc/self/uid_map", O_RDONLY | O_CLOEXEC, 0);
	if (raw_failed(fd))
		return false;
	length = raw3(SYS_read, fd, map, sizeof(map));
	(void)raw1(SYS_close, fd); /* was only read */
	return length >= 0 &&
	       ((size_t)length < sizeof(all) || memcmp(map, all, sizeof(all) - 1) != 0);
}

bool ledger_folder_is_open(const char *folder)
{
	struct stat status;

	if (raw_failed(raw4(SYS_newfstatat, AT_FDCWD, folder, &status, 0)) ||
	    !S_ISDIR(status.st_mode))
		return false; /* what is made there fails, and says why */
	if (status.st_mode & (S_IWGRP | S_IWOTH) && !(status.st_mode & S_ISVTX))
		return true;
	return status.st_uid != 0 && status.st_uid != (uint32_t)raw0(SYS_geteuid) &&
	       !is_outside_namespace(status.st_uid);
}

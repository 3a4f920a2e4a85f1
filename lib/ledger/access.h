/* SPDX-License-Identifier: MIT */
/*
 * Whose file a ledger is, and in which folder one may lie. A ledger has its name in a folder
 * that everybody may write, and lives no longer than its session: whoever finds a file of
 * that name may find what another user put there.
 *
 * Layer: ledger. Context: target and tool; async-signal-safe; system calls.
 */
#ifndef UNCLOSED_LEDGER_ACCESS_H
#define UNCLOSED_LEDGER_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stat;

/* The form of the attribute: linux/posix_acl_xattr.h, and acl(5) for the rules. */
#define ACL_ATTRIBUTE "system.posix_acl_access"
#define ACL_VERSION 2
#define ACL_READ_WRITE 6
#define ACL_WRITE 2

/* Users that a session may drop to. */
#define ACL_USERS_MAX 32
#define ACL_FURTHER_ENTRIES 4 /* the owner, the group, the mask, the others */

enum acl_tag {
	ACL_OWNER = 0x01,
	ACL_USER = 0x02,
	ACL_GROUP = 0x04,
	ACL_GROUPS = 0x08, /* a further group */
	ACL_MASK = 0x10,
	ACL_OTHER = 0x20
};

struct acl_entry {
	uint16_t tag;
	uint16_t permissions;
	uint32_t id;
};

struct acl {
	uint32_t version;
	struct acl_entry entries[ACL_USERS_MAX + ACL_FURTHER_ENTRIES];
};

/* The list of an open file. Returns how many entries it has; 0: none, or more than fit. */
size_t acl_read(int fd, struct acl *ret_acl);

/*
 * The list with one more user than the file has now. Returns its size in bytes; 0: the file has
 * that user, or there is no room.
 */
size_t acl_extend(int fd, uint32_t user, uint16_t permissions, struct acl *ret_acl);

/* The list with the same users, who may do nothing: who they were. Returns its size; 0: no users. */
size_t acl_shut(int fd, struct acl *ret_acl);

/* What speaks against taking an open file for a ledger. */
enum ledger_doubt {
	LEDGER_TRUSTED,
	LEDGER_NO_FILE,      /* not a regular file, or it cannot be asked */
	LEDGER_OF_STRANGER,  /* another user's */
	LEDGER_OPEN_TO_ALL,  /* its group or others may write it */
	LEDGER_LINKED,       /* it has a second name */
	LEDGER_OTHER_SESSION /* its name and what is in it are of two sessions */
};

/* Who else than the effective user may have made the file? */
enum ledger_maker {
	MAKER_NAMED, /* whom its name says, but for root: root joins nobody's session but its own */
	MAKER_ROOT,  /* root, who may do everything anyway: to read it */
	/*
	 * Root; and to root anybody, where the kernel has said that a process has this file mapped.
	 * What it names is opened with its owner's rights (base/rights.h).
	 */
	MAKER_ANYBODY,
};

/*
 * Does the open file belong to the effective user or to its maker, has it one name, and may
 * nobody else write it? The users in its access control list may: its maker has let them in,
 * for a session that changes its user (preload/process/handover.h).
 */
enum ledger_doubt ledger_access_check(int fd, const char *path, enum ledger_maker maker);

/* The same of what a path leads to by now; `status` is what the kernel says of it. */
enum ledger_doubt ledger_status_check(const struct stat *status, const char *path,
				      enum ledger_maker maker);

#define LEDGER_NAME_START "unclosed-"

/*
 * What ledger_create() put into the last part of a path: unclosed-<uid>-<session id>. False:
 * it has another name, as a kept ledger may.
 */
bool ledger_name_read(const char *path, uint32_t *ret_owner, uint64_t *ret_session_id);

/*
 * May others rename and remove what we make in this folder? They may where they can write it
 * and it has no sticky bit, and its owner may: it is to be ours, or root's.
 */
bool ledger_folder_is_open(const char *folder);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that the C library opens for itself and keeps for the next call:
 * the socket of syslog(), the file of getpwent(). It makes them behind its own
 * functions, so nobody sees the opening; but what they are open to is known, and
 * nothing else of a program opens those unseen. They are no leak of the
 * program's, and have a function that releases them (glibc 2.36).
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "judge/descriptor/addresses.h"
#include "judge/descriptor/descriptor.h"

enum kept_by { BY_PATH, BY_PEER_PATH, BY_PEER_PORT, BY_NETLINK };

static const struct {
	enum kept_by by;
	const char *path;
	const char *opener;
	const char *closer; /* NULL: libc has none */
} keepers[] = {
	{ BY_PEER_PATH, "/dev/log", "syslog", "closelog" },
	{ BY_PEER_PATH, "/run/systemd/journal/dev-log", "syslog",
	  "closelog" }, /* where it points */
	{ BY_PATH, "/etc/passwd", "getpwent", "endpwent" },
	{ BY_PATH, "/etc/group", "getgrent", "endgrent" },
	{ BY_PATH, "/etc/shadow", "getspent", "endspent" },
	{ BY_PATH, "/etc/gshadow", "getsgent", "endsgent" },
	{ BY_PATH, "/etc/hosts", "gethostent", "endhostent" },
	{ BY_PATH, "/etc/networks", "getnetent", "endnetent" },
	{ BY_PATH, "/etc/protocols", "getprotoent", "endprotoent" },
	{ BY_PATH, "/etc/services", "getservent", "endservent" },
	{ BY_PATH, "/etc/rpc", "getrpcent", "endrpcent" },
	{ BY_PATH, "/etc/aliases", "getaliasent", "endaliasent" },
	{ BY_PATH, "/run/utmp", "getutxent", "endutxent" },
	{ BY_PATH, "/var/run/utmp", "getutxent", "endutxent" },
	{ BY_PATH, "/etc/fstab", "getfsent", "endfsent" },
	{ BY_PATH, "/etc/ttys", "getttyent", "endttyent" },
	{ BY_PATH, "/etc/.pwd.lock", "lckpwdf", "ulckpwdf" },
	{ BY_PEER_PORT, NULL, "res_query", "res_nclose" },
	{ BY_NETLINK, NULL, "mq_notify", NULL },
};

#define KEEPERS (sizeof(keepers) / sizeof(keepers[0]))
#define DNS_PORT 53

static bool is_peer_path(struct judge *judge, const struct ledger_fact *fact, const char *path)
{
	const char *peer;

	if (fact->family != AF_UNIX || !(fact->has & HAS_PEER) ||
	    fact->peer_length > sizeof(fact->peer))
		return false;
	peer = address_text(judge->report, judge->snapshot, fact->peer, fact->peer_length);
	return peer && strcmp(peer, path) == 0;
}

/* Only the resolver asks name servers behind everybody's back (RES_STAYOPEN, RES_USEVC). */
static bool is_name_server(const struct ledger_fact *fact)
{
	struct sockaddr_in address; /* the port of AF_INET6 lies at the same place */

	if ((fact->family != AF_INET && fact->family != AF_INET6) || !(fact->has & HAS_PEER) ||
	    fact->peer_length < offsetof(struct sockaddr_in, sin_addr))
		return false;
	memcpy(&address, fact->peer, offsetof(struct sockaddr_in, sin_addr));
	return address.sin_port == htons(DNS_PORT);
}

/* The resolver's and getifaddrs()'s netlink sockets are bound, and gone when they return. */
static bool is_unbound_netlink(const struct ledger_fact *fact)
{
	uint32_t id; /* struct sockaddr_nl: family, padding, id, groups */

	if (fact->family != AF_NETLINK || fact->type != SOCK_RAW || fact->protocol != 0 ||
	    !(fact->has & HAS_LOCAL) || fact->local_length < 8)
		return false;
	memcpy(&id, fact->local + 4, sizeof(id));
	return id == 0;
}

static bool is_kept_by(struct judge *judge, const struct ledger_fact *fact, size_t keeper)
{
	const char *path;

	switch (keepers[keeper].by) {
	case BY_PATH:
		path = snapshot_string(judge->snapshot, fact->path_ref);
		return path && strcmp(path, keepers[keeper].path) == 0;
	case BY_PEER_PATH:
		return is_peer_path(judge, fact, keepers[keeper].path);
	case BY_PEER_PORT:
		return is_name_server(fact);
	default:
		return is_unbound_netlink(fact);
	}
}

unsigned int kept_find(struct judge *judge, const struct leak *leak)
{
	const struct ledger_fact *fact = leak->fact;

	/* All that libc keeps is closed by exec. */
	if (leak->view->origin != DESCRIPTOR_UNSEEN || !fact ||
	    (fact->has & HAS_CLOEXEC && !fact->is_cloexec))
		return 0;
	for (size_t i = 0; i < KEEPERS; i++)
		if (is_kept_by(judge, fact, i))
			return KEPT_CALLS + (unsigned int)i;
	return 0;
}

const char *kept_opener(unsigned int kept)
{
	return kept >= KEPT_CALLS && kept - KEPT_CALLS < KEEPERS ? keepers[kept - KEPT_CALLS].opener
								 : NULL;
}

const char *kept_reason(struct judge *judge, unsigned int kept)
{
	const char *closer = keepers[kept - KEPT_CALLS].closer;

	return closer ? report_printf(judge->report, "kept by libc: %s() releases it", closer)
		      : "kept by libc: nothing releases it";
}

void kept_word(struct judge *judge, struct group *group)
{
	const char *opener = kept_opener(group->call);
	const char *closer = keepers[group->call - KEPT_CALLS].closer;
	struct finding *finding = &group->finding;
	bool is_socket = finding->kind == KIND_SOCKET;

	finding->title = report_printf(
		judge->report, "%s%s%s, kept by libc for %s(), open until the end",
		is_socket && group->noun ? group->noun : "", is_socket && group->noun ? " " : "",
		kind_name(finding->kind), opener);
	finding->explanation = report_printf(
		judge->report,
		"The C library opens it by itself in %s() and related functions. It keeps it for "
		"the next call%s.",
		opener, closer ? "" : ", for as long as the process lives");
	finding->remedy = closer ? report_printf(judge->report,
						 "%s() releases it, if it need not "
						 "live as long as the program.",
						 closer)
				 : "A fix is neither needed nor possible.";
}

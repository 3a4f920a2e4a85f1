/* SPDX-License-Identifier: MIT */
/* The lists of hosts, networks, protocols, services, remote programs and aliases. */
#include "libc/databases.h"

void sethostent(int stay_open)
{
	database_opened(KEPT_HOSTS);
	DATABASE_REAL(sethostent)(stay_open);
}

struct hostent *gethostent(void)
{
	database_opened(KEPT_HOSTS);
	return DATABASE_REAL(gethostent)();
}

int gethostent_r(struct hostent *restrict host, char *restrict buffer, size_t size,
		 struct hostent **restrict ret_host, int *restrict ret_error)
{
	database_opened(KEPT_HOSTS);
	return DATABASE_REAL(gethostent_r)(host, buffer, size, ret_host, ret_error);
}

void endhostent(void)
{
	DATABASE_REAL(endhostent)();
	database_closed(KEPT_HOSTS);
}

void setnetent(int stay_open)
{
	database_opened(KEPT_NETWORKS);
	DATABASE_REAL(setnetent)(stay_open);
}

struct netent *getnetent(void)
{
	database_opened(KEPT_NETWORKS);
	return DATABASE_REAL(getnetent)();
}

int getnetent_r(struct netent *restrict network, char *restrict buffer, size_t size,
		struct netent **restrict ret_network, int *restrict ret_error)
{
	database_opened(KEPT_NETWORKS);
	return DATABASE_REAL(getnetent_r)(network, buffer, size, ret_network, ret_error);
}

void endnetent(void)
{
	DATABASE_REAL(endnetent)();
	database_closed(KEPT_NETWORKS);
}

void setprotoent(int stay_open)
{
	database_opened(KEPT_PROTOCOLS);
	DATABASE_REAL(setprotoent)(stay_open);
}

struct protoent *getprotoent(void)
{
	database_opened(KEPT_PROTOCOLS);
	return DATABASE_REAL(getprotoent)();
}

int getprotoent_r(struct protoent *restrict protocol, char *restrict buffer, size_t size,
		  struct protoent **restrict ret_protocol)
{
	database_opened(KEPT_PROTOCOLS);
	return DATABASE_REAL(getprotoent_r)(protocol, buffer, size, ret_protocol);
}

void endprotoent(void)
{
	DATABASE_REAL(endprotoent)();
	database_closed(KEPT_PROTOCOLS);
}

void setservent(int stay_open)
{
	database_opened(KEPT_SERVICES);
	DATABASE_REAL(setservent)(stay_open);
}

struct servent *getservent(void)
{
	database_opened(KEPT_SERVICES);
	return DATABASE_REAL(getservent)();
}

int getservent_r(struct servent *restrict service, char *restrict buffer, size_t size,
		 struct servent **restrict ret_service)
{
	database_opened(KEPT_SERVICES);
	return DATABASE_REAL(getservent_r)(service, buffer, size, ret_service);
}

void endservent(void)
{
	DATABASE_REAL(endservent)();
	database_closed(KEPT_SERVICES);
}

void setrpcent(int stay_open)
{
	database_opened(KEPT_RPC);
	DATABASE_REAL(setrpcent)(stay_open);
}

struct rpcent *getrpcent(void)
{
	database_opened(KEPT_RPC);
	return DATABASE_REAL(getrpcent)();
}

int getrpcent_r(struct rpcent *program, char *buffer, size_t size, struct rpcent **ret_program)
{
	database_opened(KEPT_RPC);
	return DATABASE_REAL(getrpcent_r)(program, buffer, size, ret_program);
}

void endrpcent(void)
{
	DATABASE_REAL(endrpcent)();
	database_closed(KEPT_RPC);
}

void setaliasent(void)
{
	database_opened(KEPT_ALIASES);
	DATABASE_REAL(setaliasent)();
}

struct aliasent *getaliasent(void)
{
	database_opened(KEPT_ALIASES);
	return DATABASE_REAL(getaliasent)();
}

int getaliasent_r(struct aliasent *restrict alias, char *restrict buffer, size_t size,
		  struct aliasent **restrict ret_alias)
{
	database_opened(KEPT_ALIASES);
	return DATABASE_REAL(getaliasent_r)(alias, buffer, size, ret_alias);
}

void endaliasent(void)
{
	DATABASE_REAL(endaliasent)();
	database_closed(KEPT_ALIASES);
}

/* SPDX-License-Identifier: MIT */
/* The smallest objects of a SARIF log, which all its parts use. */
#include "report/ci/sarif.h"

#include <stdlib.h>

#include "report/location.h"

json_t *sarif_message(const char *text)
{
	json_t *message = json_object();

	json_add_text(message, "text", text);
	return message;
}

json_t *sarif_artifact(const char *path)
{
	json_t *artifact = json_object();
	char *uri = location_uri(path);

	json_add_text(artifact, "uri", uri);
	free(uri);
	return artifact;
}

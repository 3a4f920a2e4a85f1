/* SPDX-License-Identifier: MIT */
/* The smallest objects of a SARIF log, which all its parts use. */
#include "report/ci/sarif.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/location.h"
#include "report/print.h"

json_t *sarif_message(const char *text)
{
	json_t *message = json_object();

	char *clean = text_escape(text);

	json_add_text(message, "text", clean);
	free(clean);
	return message;
}

/* A line of source keeps its tabs. */
json_t *sarif_snippet(const char *source)
{
	json_t *snippet = json_object();
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	for (const char *at = source, *end; memory && at; at = *end ? end + 1 : NULL) {
		char *piece, *clean;

		end = strchrnul(at, '\t');
		piece = strndup(at, (size_t)(end - at));
		if (!piece)
			abort(); /* like report_alloc() */
		clean = *piece ? text_escape(piece) : strdup("");
		(void)fprintf(memory, "%s%s", clean ? clean : "", *end ? "\t" : "");
		free(clean);
		free(piece);
	}
	if (!memory || fclose(memory) != 0)
		abort();
	json_add_text(snippet, "text", text);
	free(text);
	return snippet;
}

json_t *sarif_artifact(const char *path)
{
	json_t *artifact = json_object();
	char *uri = location_uri(path);

	json_add_text(artifact, "uri", uri);
	free(uri);
	return artifact;
}

/* SPDX-License-Identifier: MIT */
/* Reports built by hand, one for each thing a report has to say. */
#ifndef UNCLOSED_TESTS_REPORT_MODELS_H
#define UNCLOSED_TESTS_REPORT_MODELS_H

#include "model/model.h"

struct model {
	const char *name; /* of its golden files */
	struct report *(*make)(void);
};

/* Ended by a NULL name. */
extern const struct model models[];

/* One of them by its name; never NULL. To be freed with report_free(). */
struct report *model_make(const char *name);

#endif

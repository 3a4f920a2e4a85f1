/* SPDX-License-Identifier: MIT */
/* A finding in a line or a few sentences. */
#include "report/message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/query.h"
#include "report/words.h"

static char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *format_text(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		abort(); /* like report_alloc() */
	va_end(arguments);
	return text;
}

char *message_title(const struct finding *finding)
{
	return format_text("%" PRIu64 " × %s", finding->count,
			   finding->title ? finding->title : finding_type_name(finding->type));
}

char *message_place(const struct report_frame *frame)
{
	if (!frame)
		return NULL;
	if (frame->file && frame->line && frame->function)
		return format_text("%s (%s:%u)", frame->function, frame->file, frame->line);
	if (frame->file && frame->line)
		return format_text("%s:%u", frame->file, frame->line);
	if (frame->function)
		return format_text("%s", frame->function);
	return frame->module ? format_text("%s+0x%" PRIx64, frame->module, frame->offset) : NULL;
}

char *message_programs(const struct report *report, const struct finding *finding)
{
	const struct report_process *first = NULL;
	struct words words;
	size_t names = 0;

	for (size_t i = 0; i < finding->process_count; i++) {
		const struct report_process *process = query_process(report, finding->processes[i]);
		size_t before = 0;

		if (!process)
			continue;
		if (!first)
			first = process;
		/* Of a thousand processes most have the name of the first: look back only then. */
		if (strcmp(process->name, first->name) == 0) {
			names += names == 0;
			continue;
		}
		for (; before < i; before++) {
			const struct report_process *other =
				query_process(report, finding->processes[before]);

			if (other && strcmp(other->name, process->name) == 0)
				break;
		}
		names += before == i;
	}
	if (!first)
		return NULL;
	if (finding->process_count == 1)
		return format_text("%s", first->name);
	if (names == 1)
		return format_text("%s of %s",
				   words_count(&words, finding->process_count, "process"),
				   first->name);
	return format_text("%zu processes of %zu programs", finding->process_count, names);
}

/* A JSON report may have left it out. */
static const char *role_of(const struct report_related *related)
{
	return related->role && related->role[0] ? related->role : "related";
}

char *message_related(const struct report_related *related)
{
	char *text, *dash;

	if (related->count)
		text = format_text("%s (%" PRIu64 " times)", role_of(related), related->count);
	else
		text = format_text("%s", role_of(related));
	while ((dash = strchr(text, '-')))
		*dash = ' ';
	return text;
}

bool message_is_known(const struct finding *finding)
{
	return finding->counted == 0 && finding->noted == 0 &&
	       finding->suppressed + finding->baselined > 0;
}

static void add_sentence(FILE *out, const char *label, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length == 0)
		return;
	(void)fprintf(out, " %s%s%s", label, text, strchr(".!?", text[length - 1]) ? "" : ".");
}

static void add_known(FILE *out, const struct finding *finding)
{
	if (finding->suppressed)
		(void)fprintf(out, " %" PRIu64 " suppressed.", finding->suppressed);
	if (finding->baselined)
		(void)fprintf(out, " %" PRIu64 " in the baseline.", finding->baselined);
	if (finding->noted)
		(void)fprintf(out, " %" PRIu64 " not counted%s%s.", finding->noted,
			      finding->note_reason ? ": " : "",
			      finding->note_reason ? finding->note_reason : "");
}

/* Is it said by the sentence on siblings already, with their number? */
static bool is_told(const struct finding *finding, const struct report_related *related)
{
	if (!related->role || strcmp(related->role, "usually-closed") != 0)
		return false;
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].what && finding->evidence[i].text &&
		    strcmp(finding->evidence[i].what, "siblings-closed") == 0)
			return true;
	return false;
}

char *message_text(const struct report *report, const struct finding *finding)
{
	char *title = message_title(finding), *programs = message_programs(report, finding);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort(); /* like report_alloc() */
	(void)fprintf(out, "%s%s%s.", title, programs ? ", in " : "", programs ? programs : "");
	for (size_t i = 0; i < finding->evidence_count; i++)
		add_sentence(out, finding->evidence[i].is_proof ? "Proof: " : "",
			     finding->evidence[i].text);
	if (finding->explanation && !query_is_evidence(finding, finding->explanation))
		add_sentence(out, "", finding->explanation);
	for (size_t i = 0; i < finding->related_count; i++) {
		const struct report_related *related = &finding->related[i];
		char *what = is_told(finding, related) ? NULL : message_related(related);
		char *where = message_place(related->stack.frame_count ? &related->stack.frames[0]
								       : NULL);

		if (where && what)
			(void)fprintf(out, " %c%s at %s.", what[0] & ~0x20, what + 1, where);
		free(what);
		free(where);
	}
	add_sentence(out, "Fix: ", finding->remedy);
	add_known(out, finding);
	if (fclose(out) != 0)
		abort();
	free(title);
	free(programs);
	return text;
}

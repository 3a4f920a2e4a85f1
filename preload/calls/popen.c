/* SPDX-License-Identifier: MIT */
/* Pipes to and from a shell (system.h), as streams. */
#include "calls/stream.h"
#include "calls/system.h"
#include "record/spare.h"

FILE *popen(const char *command, const char *mode)
{
	struct spawn_plan plan;
	FILE *stream;

	spawn_begin_shell(&plan);
	stream = REAL(popen)(command, mode);
	spawn_end_shell(&plan, stream != NULL);
	return stream_opened(CALL_popen, stream, STREAM_FACTS(popen, mode) | FACT_POPEN);
}

FILE *_IO_popen(const char *command, const char *mode)
{
	struct spawn_plan plan;
	FILE *stream;

	spawn_begin_shell(&plan);
	stream = REAL(_IO_popen)(command, mode);
	spawn_end_shell(&plan, stream != NULL);
	return stream_opened(CALL__IO_popen, stream, STREAM_FACTS(_IO_popen, mode) | FACT_POPEN);
}

/* It waits for the shell. */
static int pclose_mended(FILE *stream)
{
	int result = REAL(pclose)(stream);

	spare_mend();
	return result;
}

int pclose(FILE *stream)
{
	return STREAM_RELEASE(CALL_pclose, stream_number(stream), pclose_mended(stream));
}

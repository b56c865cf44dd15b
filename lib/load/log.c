/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/log.h"

#include <sys/mman.h>

char *log_new(void)
{
	void *log = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return log == MAP_FAILED ? NULL : log;
}

char *log_free(char *log)
{
	if (log)
		munmap(log, LOG_BYTES);
	return NULL;
}

const char *log_last_lines(char *log)
{
	char *end, *from;
	int lines = 0;

	if (!log)
		return "";
	end = strstr(log, "\nprocessed ");
	if (end)
		*end = '\0';
	from = log + strlen(log);
	while (from > log && lines < LOG_LINES) {
		from--;
		if (*from == '\n' && from[1])
			lines++;
	}
	return *from == '\n' ? from + 1 : from;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/log.h"

const char *log_last_lines(char *log)
{
	char *end = strstr(log, "\nprocessed "), *from;
	int lines = 0;

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

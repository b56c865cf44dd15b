/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's words, for diagnostics. */
#ifndef TETRA_LIB_SENSOR_LOG_H
#define TETRA_LIB_SENSOR_LOG_H

#include "lib/base/base.h"

/* Bytes of a program's log buffer: libbpf asks for a log only when a load fails, so that the
 * memory is touched only then; a buffer that is too small would hide the reason. */
#define LOG_BYTES (16u << 20)
#define LOG_LINES 6

/* The last lines of a log, without its statistics; borrowed from @log. */
const char *log_last_lines(char *log);

#endif

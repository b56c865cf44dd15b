/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's words, for diagnostics. */
#ifndef TETRA_LIB_SENSOR_LOG_H
#define TETRA_LIB_SENSOR_LOG_H

#include "lib/base/base.h"

/* Bytes of a program's log buffer: libbpf asks for a log only when a load fails. */
#define LOG_BYTES (1u << 20)
#define LOG_LINES 6

/* The last lines of a log, without its statistics; borrowed from @log. */
const char *log_last_lines(char *log);

#endif

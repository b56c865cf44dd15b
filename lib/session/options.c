/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/session/options.h"

#include "lib/base/diag.h"

#define SESSION_RING_BYTES (1u << 20)
#define SESSION_RING_MIN   4096u
/* A ring is mapped twice and never grows; more than this is a mistake. */
#define SESSION_RING_MAX (1u << 30)
/* The highest number of processes on a 64-bit kernel (PID_MAX_LIMIT). */
#define SESSION_PROCESSES_LIMIT (1u << 22)

#define SESSION_FLAGS                                                                    \
	(TETRA_SESSION_JSON_CRED | TETRA_SESSION_JSON_NS | TETRA_SESSION_QUIET_START |   \
	 TETRA_SESSION_STRICT_PATHS | TETRA_SESSION_SKIP_SELF |                          \
	 TETRA_SESSION_SKIP_GROUP | TETRA_SESSION_RAISE_MEMLOCK |                        \
	 TETRA_SESSION_JSON_USER)

static uint32_t power_of_two(uint32_t value)
{
	uint32_t power = SESSION_RING_MIN;

	while (power < value && power < SESSION_RING_MAX)
		power *= 2;
	return power;
}

int session_check_opts(const struct tetra_session_opts *opts, struct tetra_diag *diag)
{
	if (opts->flags & ~SESSION_FLAGS)
		return diag_error(diag, NULL, -EINVAL, "bad-option", NULL,
				  "flags of the session: 0x%x is unknown",
				  opts->flags & ~SESSION_FLAGS);
	if (opts->ring_bytes > SESSION_RING_MAX)
		return diag_error(diag, NULL, -EINVAL, "bad-option", NULL,
				  "ring_bytes is %u; the largest ring buffer is %u bytes",
				  opts->ring_bytes, SESSION_RING_MAX);
	if (opts->max_processes > SESSION_PROCESSES_LIMIT)
		return diag_error(
			diag, NULL, -EINVAL, "bad-option", NULL,
			"max_processes is %u; no kernel has more than %u processes",
			opts->max_processes, SESSION_PROCESSES_LIMIT);
	if (opts->ring_bytes && opts->ring_bytes != power_of_two(opts->ring_bytes))
		diag_note(
			diag, NULL, "ring-size", NULL,
			"ring_bytes is %u; the ring buffer has %u bytes, the next power "
			"of two that is at least a page",
			opts->ring_bytes, power_of_two(opts->ring_bytes));
	return 0;
}

uint32_t session_ring_bytes(const struct tetra_session_opts *opts)
{
	return power_of_two(opts->ring_bytes ? opts->ring_bytes : SESSION_RING_BYTES);
}

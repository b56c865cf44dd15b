/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole interface under a strict standard, C or C++: the headers, and TETRA_OPTS() for
 * every option struct, with and without members, inside and outside of functions. Compiled,
 * not run, by strict.sh.
 */
#include <tetra/tetra.h>

#if !TETRA_VERSION_CHECK(0, 1, 0) || TETRA_VERSION_CHECK(99, 0, 0) || TETRA_API_LEVEL < 1
#error "the version cannot be asked for"
#endif

int options_of_all_kinds(void);

static const TETRA_OPTS(tetra_session_opts, outside);

#ifdef __cplusplus
#define SET(name, member, value) name.member = value
#else
#define SET(name, member, value) (void)name
static const TETRA_OPTS(tetra_load_opts, with_one, .mode = TETRA_MODE_MONITOR);
static TETRA_OPTS(tetra_session_opts, with_more, .flags = TETRA_SESSION_JSON_NS,
		  .node_name = "n");
#endif

int options_of_all_kinds(void)
{
	TETRA_OPTS(tetra_session_opts, session);
	TETRA_OPTS(tetra_load_opts, load);
	TETRA_OPTS(tetra_parse_opts, parse);
	TETRA_OPTS(tetra_compact_opts, compact);

	SET(session, ring_bytes, 1u << 20);
	SET(load, flags, TETRA_LOAD_REPLACE);
	SET(parse, lint, TETRA_LINT_TEXT);
	SET(compact, flags, TETRA_COMPACT_TIME);
#ifndef __cplusplus
	if (with_one.mode != TETRA_MODE_MONITOR ||
	    with_more.flags != TETRA_SESSION_JSON_NS)
		return 1;
#endif
	return session.size != sizeof(session) || load.size != sizeof(load) ||
	       parse.size != sizeof(parse) || compact.size != sizeof(compact) ||
	       outside.size != sizeof(outside);
}

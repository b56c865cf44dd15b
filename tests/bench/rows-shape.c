/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the shapes that policies and paths can have: depth, mounts, long names, kinds of
 * filters, large numbers of them. A row that costs several times as much as the one next to it
 * is a cliff.
 */
#include "tests/bench/bench.h"
#include "tests/bench/stage.h"

/* As a policy is written. */
/* clang-format off */
#define OPEN \
	"call: security_file_open, syscall: false, args: [{index: 0, type: file}]"
#define SEEK \
	"call: sys_lseek, syscall: true, " \
	"args: [{index: 0, type: int}, {index: 1, type: int64}, {index: 2, type: int}]"
#define SEEK_RETURN \
	SEEK ", return: true, returnArg: {index: 0, type: int64}"
#define OPENAT \
	"call: sys_openat, syscall: true, args: [{index: 1, type: string}]"
#define QUIETLY "matchActions: [{action: NoPost}]"
#define ON(operator, values) \
	"matchArgs: [{index: 0, operator: " operator ", values: [" values "]}]"
#define ON_PATH(operator, values) \
	"matchArgs: [{index: 1, operator: " operator ", values: [" values "]}]"
/* clang-format on */

#define PREFIX	  ON("Prefix", "'/tmp/w/mxxx/'") ", " QUIETLY
#define POSTFIX	  ON("Postfix", "'/fixxx'") ", " QUIETLY
#define EQUAL	  ON("Equal", "'/tmp/w/m/xxx'") ", " QUIETLY
#define BINARY	  "matchBinaries: [{operator: In, values: ['/bin/nonexxx']}], " QUIETLY
#define PID	  "matchPIDs: [{operator: In, values: [7000xxx]}], " QUIETLY
#define RESULT(v) "matchReturnArgs: [{index: 0, operator: Equal, values: ['" v "']}]"

#define FAR    "/srv/x/file"
#define FOUR   "/tmp/w/n/file"
#define INSIDE "/tmp/w/m/file"
#define OPENS  bench_run_in_bpf, .op = "openclose", .n = 5000
#define SEEKS  bench_run_in_bpf, .op = "lseek", .n = 10000, .copies = 1

/* clang-format would fill the lines: a row each. */
/* clang-format off */
const struct bench_row bench_shape_rows[] = {
	{ "path_12_nomatch", OPENS, .hook = OPEN, .rules = { PREFIX }, .copies = 1,
	  .path = STAGE_12 },
	{ "path_30_nomatch", OPENS, .hook = OPEN, .rules = { PREFIX }, .copies = 1,
	  .path = STAGE_30 },
	{ "path_12_event", OPENS, .hook = OPEN, .rules = { ON("Prefix", "'/a/01/'") },
	  .copies = 1, .path = STAGE_12, .matches = true },
	{ "path_30_event", OPENS, .hook = OPEN, .rules = { ON("Prefix", "'/a/01/'") },
	  .copies = 1, .path = STAGE_30, .matches = true },
	{ "mount_proc_nomatch", OPENS, .hook = OPEN, .rules = { PREFIX }, .copies = 1,
	  .path = "/proc/version" },
	{ "mount_volume_nomatch", OPENS, .hook = OPEN, .rules = { PREFIX }, .copies = 1,
	  .path = STAGE_VOLUME_FILE },
	{ "name_51_nomatch", OPENS, .hook = OPEN, .rules = { PREFIX }, .copies = 1,
	  .path = STAGE_51 },
	{ "name_59_match", OPENS, .hook = OPEN,
	  .rules = { ON("Equal", "'" STAGE_59 "'") ", " QUIETLY }, .copies = 1,
	  .path = STAGE_59, .matches = true },
	{ "postfix_4_nomatch", OPENS, .hook = OPEN, .rules = { POSTFIX }, .copies = 1,
	  .path = FOUR },
	{ "postfix_12_nomatch", OPENS, .hook = OPEN, .rules = { POSTFIX }, .copies = 1,
	  .path = STAGE_12 },
	{ "postfix_30_nomatch", OPENS, .hook = OPEN, .rules = { POSTFIX }, .copies = 1,
	  .path = STAGE_30 },
	{ "equal_nomatch", OPENS, .hook = OPEN, .rules = { EQUAL }, .copies = 1,
	  .path = FOUR },
	{ "equal_match", OPENS, .hook = OPEN,
	  .rules = { ON("Equal", "'/tmp/w/m/file'") ", " QUIETLY }, .copies = 1,
	  .path = INSIDE, .matches = true },
	{ "mixed_66_nomatch", OPENS, .hook = OPEN,
	  .rules = { PREFIX, BINARY, PID, POSTFIX }, .copies = 66, .path = FAR },
	{ "mixed_999_nomatch", OPENS, .hook = OPEN,
	  .rules = { PREFIX, BINARY, PID, POSTFIX }, .copies = 999, .path = FAR },
	{ "one_of_1000_match", OPENS, .hook = OPEN, .rules = { PREFIX }, .copies = 1000,
	  .path = "/tmp/w/m500/file", .matches = true },
	{ "override_event", bench_run_in_bpf, .op = "denied", .n = 5000, .hook = OPEN,
	  .rules = { ON("Prefix", "'/tmp/w/m/'")
		     ", matchActions: [{action: Override, argError: -1}]" },
	  .copies = 1, .path = INSIDE, .matches = true },
	{ "int_event", SEEKS, .hook = SEEK, .rules = { ON("Equal", "'-1'") },
	  .matches = true },
	{ "result_nomatch", SEEKS, .hook = SEEK_RETURN, .rules = { RESULT("77") } },
	{ "result_event", SEEKS, .hook = SEEK_RETURN, .rules = { RESULT("-9") },
	  .matches = true },
	{ "user_text_equal", OPENS, .hook = OPENAT,
	  .rules = { ON_PATH("Equal", "'/nothing'") ", " QUIETLY }, .copies = 1,
	  .path = FAR },
	{ "user_text_prefix", OPENS, .hook = OPENAT,
	  .rules = { ON_PATH("Prefix", "'/nothing'") ", " QUIETLY }, .copies = 1,
	  .path = FAR },
	{ "user_text_event", OPENS, .hook = OPENAT,
	  .rules = { ON_PATH("Prefix", "'/srv/'") }, .copies = 1, .path = FAR,
	  .matches = true },
	{},
};
/* clang-format on */

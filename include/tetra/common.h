/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_COMMON_H
#define TETRA_COMMON_H

/*
 * What every public header of libtetra needs: visibility, option structs, version, modes.
 *
 * Conventions of the whole interface
 *  - Calls return 0 or a count on success and a negative errno on failure, one of
 *    EINVAL ENOENT EEXIST EOPNOTSUPP EPERM ENOMEM E2BIG EBUSY ECANCELED.
 *  - Outputs named ret_x (or ret) are written on success only.
 *  - Structs begin with their size, so that they can grow. Options may be shorter than the
 *    library's struct (the rest is the default), or longer if what the library does not know is
 *    zero; otherwise -E2BIG, with a finding that names the bytes. Outputs are filled as far as
 *    the caller's struct goes, and .size is set to how much that was.
 *  - Objects are opaque. *_ref/_unref count references, *_free ends a sole owner; all of
 *    them accept NULL.
 *  - Nothing is process-wide: no threads, no signal handlers, no globals, except one entry in
 *    libbpf's table of section handlers, for sections "tetra/...", from load to unload; and
 *    libbpf in this process no longer raises RLIMIT_MEMLOCK once a session has been opened.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define TETRA_BEGIN_DECLS extern "C" {
#define TETRA_END_DECLS	  }
#else
#define TETRA_BEGIN_DECLS
#define TETRA_END_DECLS
#endif

#define TETRA_API __attribute__((visibility("default")))

#define TETRA_VERSION_MAJOR 0
#define TETRA_VERSION_MINOR 1
#define TETRA_VERSION_PATCH 0

/**
 * TETRA_VERSION_CHECK() - whether these headers are of that version or a later one
 *
 * For #if. The library that is linked at run time may be another: tetra_api_level(). Since: 0.1
 */
#define TETRA_VERSION_CHECK(major, minor, patch)                                         \
	(TETRA_VERSION_MAJOR > (major) ||                                                \
	 (TETRA_VERSION_MAJOR == (major) &&                                              \
	  (TETRA_VERSION_MINOR > (minor) ||                                              \
	   (TETRA_VERSION_MINOR == (minor) && TETRA_VERSION_PATCH >= (patch)))))

/* Grows by one with each release that adds to the interface. Since: 0.1 */
#define TETRA_API_LEVEL 1

/**
 * TETRA_OPTS() - declare an option struct with its size set
 * @type:	name of the struct, without "struct"
 * @name:	the variable to declare
 *
 * In C, members follow: TETRA_OPTS(tetra_load_opts, opts, .mode = TETRA_MODE_MONITOR). In C++,
 * they are assigned afterwards. Members not named are zero, and zero is the default of every
 * member. Strict C99 and C++11, and all later standards, accept it. Since: 0.1
 */
#ifdef __cplusplus
#define TETRA_OPTS(type, name) struct type name = ::tetra::sized<struct type>()
namespace tetra
{
template <typename type> inline type sized()
{
	type opts = type();

	opts.size = sizeof(type);
	return opts;
}
} // namespace tetra
#else
/* The size is the last initializer: variadic macros of C take at least one argument. */
#define TETRA_OPTS(type, ...)                                                            \
	struct type TETRA_OPTS_WITH_(__VA_ARGS__, .size = sizeof(struct type))
#define TETRA_OPTS_WITH_(name, ...) name = { __VA_ARGS__ }
#endif

/* Enforcement mode of a policy. Crosses the ABI as uint32_t. Since: 0.1 */
enum tetra_mode {
	TETRA_MODE_DEFAULT = 0, /* what the policy says; enforce if it says nothing */
	TETRA_MODE_ENFORCE = 1,
	TETRA_MODE_MONITOR = 2, /* matches and events, but no signals and no overrides */
};

TETRA_BEGIN_DECLS

/**
 * tetra_version() - the version of the linked library, as "0.1.0"
 *
 * Return: a static string. Any thread. Since: 0.1
 */
TETRA_API const char *tetra_version(void);

/**
 * tetra_api_level() - TETRA_API_LEVEL of the linked library
 *
 * A program that was built for a newer library learns here what the one at hand cannot do. What
 * each level added is listed in lib/ABI.md.
 *
 * Return: the level. Any thread. Since: 0.1
 */
TETRA_API uint32_t tetra_api_level(void);

TETRA_END_DECLS

#endif

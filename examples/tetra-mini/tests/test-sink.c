/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink does when writing fails: it says so once, counts, and loses no other line. */
#include "sink.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "signals.h"

/* Lines as sink_write() wants them: after a newline. */
static void write_text(struct sink *sink, const char *text)
{
	char buf[256];

	snprintf(buf, sizeof(buf), "\n%s", text);
	sink_write(sink, buf + 1, strlen(text));
}

static void limit_set(rlim_t bytes)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(sink_counts_the_lines_that_a_full_disk_refuses)
{
	struct sink sink;

	sink_init(&sink, open("/dev/full", O_WRONLY | O_CLOEXEC), "full");
	write_text(&sink, "one\ntwo\n");
	write_text(&sink, "three\n");
	ck_assert_uint_eq(sink.n_lost, 3);
	ck_assert(sink.is_reported);
	ck_assert(!sink.is_closed);
	sink_done(&sink);
}
END_TEST

/* A file that may not grow further takes a part of a line, as a disk does that fills up. */
START_TEST(sink_takes_a_torn_line_back)
{
	char name[] = "/tmp/test-sink-XXXXXX", text[64] = {};
	int fd = mkstemp(name);
	struct sink sink;

	ck_assert_int_ge(fd, 0);
	unlink(name);
	signal(SIGXFSZ, SIG_IGN);
	sink_init(&sink, fd, "file");
	limit_set(7);
	write_text(&sink, "first\nsecond\n");
	ck_assert(!sink.is_torn);
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_str_eq(text, "first\n");
	limit_set(RLIM_INFINITY);
	write_text(&sink, "third\n");
	write_text(&sink, "fourth\n");
	ck_assert_uint_eq(sink.n_lost, 1);
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_str_eq(text, "first\nthird\nfourth\n");
	sink_done(&sink);
}
END_TEST

/* Another one writes to the file as well: what comes after our torn line is not ours. */
START_TEST(sink_takes_nothing_back_that_is_not_its_own)
{
	char name[] = "/tmp/test-sink-XXXXXX", text[64] = {};
	int fd = mkstemp(name), other = open(name, O_RDWR | O_APPEND | O_CLOEXEC);
	struct sink sink;

	unlink(name);
	signal(SIGXFSZ, SIG_IGN);
	sink_init(&sink, fd, "file");
	ck_assert_int_eq(pwrite(other, "0123456789\n", 11, 0), 11);
	limit_set(7);
	write_text(&sink, "first\nsecond\n");
	limit_set(RLIM_INFINITY);
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_str_eq(text, "first\ns789\n");
	sink_done(&sink);
	close(other);
}
END_TEST

START_TEST(sink_ends_the_line_of_whoever_was_cut_off_before)
{
	char name[] = "/tmp/test-sink-XXXXXX", text[64] = {};
	int fd = mkstemp(name);
	struct sink sink;

	unlink(name);
	ck_assert_int_eq(write(fd, "whole\ncut", 9), 9);
	sink_init(&sink, fd, "file");
	write_text(&sink, "next\n");
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_str_eq(text, "whole\ncut\nnext\n");
	sink_done(&sink);
}
END_TEST

START_TEST(sink_gives_up_when_nobody_reads_any_more)
{
	struct sink sink;
	int ends[2];

	signals_init();
	ck_assert_int_eq(pipe(ends), 0);
	sink_init(&sink, ends[1], "pipe");
	write_text(&sink, "read\n");
	ck_assert(!sink.is_closed);
	close(ends[0]);
	write_text(&sink, "unread\n");
	write_text(&sink, "unread\n");
	ck_assert(sink.is_closed);
	ck_assert_uint_eq(sink.n_lost, 2);
	sink_done(&sink);
}
END_TEST

/* The reader is there and reads nothing: after a signal that is no reason to stay. */
START_TEST(sink_does_not_wait_for_a_stuck_reader_when_stopping)
{
	char block[4096] = {};
	struct sink sink;
	int ends[2];

	signals_init();
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], block, sizeof(block)) > 0)
		continue;
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, 0), 0);
	sink_init(&sink, ends[1], "pipe");
	kill(getpid(), SIGTERM);
	signals_let_in();
	ck_assert(signals_stop_asked());
	write_text(&sink, "unread\n");
	ck_assert(sink.is_closed);
	ck_assert_uint_eq(sink.n_lost, 1);
	sink_done(&sink);
	close(ends[0]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sink");
	TCase *cases = tcase_create("sink");
	SRunner *runner;
	int n_failed;

	tcase_add_test(cases, sink_counts_the_lines_that_a_full_disk_refuses);
	tcase_add_test(cases, sink_takes_a_torn_line_back);
	tcase_add_test(cases, sink_takes_nothing_back_that_is_not_its_own);
	tcase_add_test(cases, sink_ends_the_line_of_whoever_was_cut_off_before);
	tcase_add_test(cases, sink_gives_up_when_nobody_reads_any_more);
	tcase_add_test(cases, sink_does_not_wait_for_a_stuck_reader_when_stopping);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_COMMON_STREAMS_H
#define TETRA_COMMON_STREAMS_H

/*
 * Opens those of the standard streams that are closed, on /dev/null: otherwise a file of the
 * program could get the number of one.
 */
void streams_open(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One public header, TETRA_HEADER, compiled alone and twice: it brings all that it needs. */
#include TETRA_HEADER
#include TETRA_HEADER

/* ISO C forbids an empty translation unit. */
typedef int header_alone;

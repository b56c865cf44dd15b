/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_TETRA_H
#define TETRA_TETRA_H

/* All of libtetra. Each header can also be included alone. */

#include <tetra/common.h>
#include <tetra/compare.h>
#include <tetra/diag.h>
#include <tetra/event.h>
#include <tetra/explain.h>
#include <tetra/filter.h>
#include <tetra/fit.h>
#include <tetra/policy.h>
#include <tetra/process.h>
#include <tetra/session.h>
#include <tetra/simulate.h>

#endif

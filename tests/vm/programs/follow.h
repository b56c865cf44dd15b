/* SPDX-License-Identifier: Apache-2.0 */
/* What follow and its workers share. */
#pragma once

#define LAB "/tmp/lab"
/* In the place of an errno: the worker did not get so far. */
#define ANSWER_FAILED 1000

// SPDX-License-Identifier: MIT
#include <linux/module.h>

#include "base.h"
#include "release.h"

/* Something to say for W=1 and for sparse. */
static const int unused_number = 3;

int noticed_by_sparse;

int base_answer(void)
{
	return SINGLE_ANSWER;
}
EXPORT_SYMBOL(base_answer);

MODULE_DESCRIPTION("A module of one file, for " BASE_RELEASE);
MODULE_LICENSE("Dual MIT/GPL");

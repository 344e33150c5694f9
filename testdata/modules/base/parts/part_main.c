// SPDX-License-Identifier: MIT
#include <linux/init.h>
#include <linux/module.h>

#include "base.h"

static int __init part_init(void)
{
	return part_sum(base_square(2), -4);
}
module_init(part_init);

MODULE_DESCRIPTION("A module in a directory of its own");
MODULE_LICENSE("Dual MIT/GPL");

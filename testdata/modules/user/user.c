// SPDX-License-Identifier: MIT
#include <linux/init.h>
#include <linux/module.h>

#include "base.h"

static int __init user_init(void)
{
	return base_square(3) - base_answer();
}
module_init(user_init);

MODULE_DESCRIPTION("A module that uses symbols of another tree");
MODULE_LICENSE("Dual MIT/GPL");

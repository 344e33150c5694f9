// SPDX-License-Identifier: MIT
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "base.h"
#include "squares.h"

static const int squares[] = { SQUARES_LIST };

static bool loud = IS_ENABLED(CONFIG_PRINTK);
module_param(loud, bool, 0444);
MODULE_PARM_DESC(loud, "whether to say hello");

int base_square(unsigned int n)
{
	return n < ARRAY_SIZE(squares) ? squares[n] : -ERANGE;
}
EXPORT_SYMBOL_GPL(base_square);

static int __init pair_init(void)
{
	if (loud)
		pr_info("%s %d\n", base_table, base_entry());
	return 0;
}

static void __exit pair_exit(void)
{
}

module_init(pair_init);
module_exit(pair_exit);
MODULE_DESCRIPTION("A module of several files");
MODULE_VERSION("1.2");
MODULE_LICENSE("Dual MIT/GPL");

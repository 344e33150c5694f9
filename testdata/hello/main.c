// SPDX-License-Identifier: MIT
#include <linux/init.h>
#include <linux/module.h>

#include "greet.h"

static char *whom = "world";
module_param(whom, charp, 0444);
MODULE_PARM_DESC(whom, "whom to greet");

static int __init hello_init(void)
{
	hello_greet(whom);
	return 0;
}

static void __exit hello_exit(void)
{
	hello_greet("goodbye");
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_DESCRIPTION("A module of two files, built to compare two programs");
MODULE_LICENSE("Dual MIT/GPL");

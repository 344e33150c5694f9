// SPDX-License-Identifier: MIT
#include <linux/printk.h>

#include "greet.h"

void hello_greet(const char *whom)
{
	pr_info("hello: %s, %s\n", HELLO_GREETING, whom);
}

// SPDX-License-Identifier: MIT
#include <stdio.h>

int main(void)
{
	printf("#define SQUARES_LIST");
	for (int i = 0; i < SQUARES; i++)
		printf("%s %d", i ? "," : "", i * i);
	printf("\n");
	return 0;
}

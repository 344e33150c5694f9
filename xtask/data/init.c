/* The first program of a kernel that is tried in qemu: says that it runs and turns the machine off. Needs no library. */

#if defined(__x86_64__)
enum { WRITE = 1, REBOOT = 169 };
static long call(long number, long a, long b, long c)
{
	__asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return number;
}
#elif defined(__arm__)
enum { WRITE = 4, REBOOT = 88 };
static long call(long number, long a, long b, long c)
{
	register long r7 __asm__("r7") = number;
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	__asm__ volatile("svc 0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory");
	return r0;
}
#endif

void _start(void)
{
	static const char text[] = "userspace is there\n";
	call(WRITE, 1, (long)text, sizeof text - 1);
	/* Power off. */
	call(REBOOT, 0xfee1dead, 672274793, 0x4321fedc);
	for (;;)
		;
}

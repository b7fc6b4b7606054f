/* Ranges, falling through, default anywhere, a constant value. */
int f(int);
enum color { RED = -1, GREEN, BLUE = 0x7fffffff };

int plain(enum color c, int x)
{
	switch (c) {
	case RED:
		return 1;
	case GREEN:
		x++;
		/* fall through */
	case BLUE:
		x--;
		break;
	}
	return x;
}

int ranges(int x)
{
	switch (f(x)) {
	default:
		return 1;
	case 'a' ... 'z':
	case 5: {
		x = 2;
		__attribute__((fallthrough));
	}
	case -7:
		break;
	}
	return x;
}

int nested(int x, int y)
{
	for (;;) {
		switch (x) {
		case 1:
			switch (y) {
			case 2:
				break;
			case 3:
				continue;
			}
			break;
		case 4:
			return 1;
		}
		x++;
	}
}

#define by_size(p) ({ \
	unsigned long v; \
	switch (sizeof(*(p))) { \
	case 1: v = f(1); break; \
	case 4: v = f(4); break; \
	default: v = f(0); break; \
	} \
	v; })

unsigned long constant(int *p, char *c, long *l)
{
	return by_size(p) + by_size(c) + by_size(l);
}

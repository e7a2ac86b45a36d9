/* Prints the sum of a published array of float64, as another program has it now.
 *
 *     cc -O2 -o read examples/c/read.c
 *     ./read ARENA NAME
 *     ./read ARENA NAME wait      again for each line of its input, until that ends
 *
 * examples/publish makes an arena to try it on. */
#include "shmarena.h"
#include <inttypes.h>

static int print_sum(struct shmarena *a, const struct shmarena_array *x, const double *p) {
	double sum = 0;
	for (uint64_t i = 0; i < x->length; i++) sum += p[i];
	if (!shmarena_live(a, x)) return shmarena_fail(a, "the array was freed", 0);
	printf("%" PRIu64 " float64, sum %.17g\n", x->length, sum);
	fflush(stdout);
	return 0;
}

static int read_array(struct shmarena *a, const char *name, int wait) {
	struct shmarena_array x;
	if (shmarena_find(a, name, SHMARENA_FLOAT64, &x) != 0) return -1;
	const double *p = shmarena_map(a, &x, sizeof *p);
	if (p == NULL) return -1;
	int rc = print_sum(a, &x, p);
	char line[80];
	while (rc == 0 && wait && fgets(line, sizeof line, stdin) != NULL) rc = print_sum(a, &x, p);
	shmarena_unmap(&x, p, sizeof *p);
	return rc;
}

int main(int argc, char **argv) {
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: read ARENA NAME [wait]\n");
		return 2;
	}
	struct shmarena a;
	int rc = shmarena_open(&a, argv[1]);
	if (rc == 0) {
		rc = read_array(&a, argv[2], argc == 4);
		shmarena_close(&a);
	}
	if (rc != 0) fprintf(stderr, "read: %s\n", a.error);
	return rc == 0 ? 0 : 1;
}

// The rivals of package kernels that are C, by hand with AVX-512 where the machine has it
// and left to the compiler where it has not; and "limit", which moves the operands of an
// operation and does nothing with them.
//
// This program is a worker like those in Go: it reads lines from descriptor 3 and answers
// on descriptor 4. The loops around the operations do step for step what those of worker.go
// do, with the same clock and the same numbers.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#define WIDE 1
// Zen 4 stores 64 bytes in two halves, and from and to memory it prefers vectors of 32:
// V and vec are the faster ones of what only moves. A compiler that does not know Zen 4
// calls it Zen 3, which has no AVX-512.
#if defined(__znver3__) || defined(__znver4__)
#define V(op) _mm256_##op
typedef __m256d vec;
enum { width = 4 };
#define ADD_INTS(a, b) _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(a), _mm256_castpd_si256(b)))
#define HALVES 1
#else
#define V(op) _mm512_##op
typedef __m512d vec;
enum { width = 8 };
#define ADD_INTS(a, b) _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b)))
#endif
#endif

enum { in_fd = 3, out_fd = 4, lanes = 8, bins = 256, weights = 7, whole_bits = 39 };
#ifdef WIDE
// Outputs from this size on go round the caches.
static const size_t large = 8 << 20;
#endif
#define NOINLINE __attribute__((noinline))
#define UNROLL _Pragma("GCC unroll 8")

// Operands are what an operation works on, and what a reduction leaves.
struct operands {
	size_t n;
	double *x, *y, *dst;
	int64_t *ix, *iy, *idst, *idx, *keys, *room;
	int64_t counts[bins];
	double out[2];
	double threshold;
	size_t kept; // elements of dst that count
};

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// mix is the i-th number of splitmix64.
static uint64_t mix(uint64_t i) {
	uint64_t z = (i + 1) * 0x9E3779B97F4A7C15;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
	z = (z ^ z >> 27) * 0x94D049BB133111EB;
	return z ^ z >> 31;
}

#ifdef WIDE
// total adds up all lanes of the eight vectors.
static inline double total(vec *a) {
	for (int n = lanes / 2; n > 0; n /= 2)
		for (int k = 0; k < n; k++) a[k] = V(add_pd)(a[k], a[k + n]);
	double lane[width], s = 0;
	V(storeu_pd)(lane, a[0]);
	for (int k = 0; k < width; k++) s += lane[k];
	return s;
}
#endif

static NOINLINE void sum_f64(struct operands *o) {
	size_t i = 0, n = o->n;
	const double *x = o->x;
	double s = 0;
#ifdef WIDE
	vec a[lanes] = {0};
	for (; i + width * lanes <= n; i += width * lanes)
		UNROLL for (int k = 0; k < lanes; k++) a[k] = V(add_pd)(a[k], V(loadu_pd)(x + i + width * k));
	s = total(a);
#endif
	for (; i < n; i++) s += x[i];
	o->out[0] = s;
}

static NOINLINE void dot_f64(struct operands *o) {
	size_t i = 0, n = o->n;
	const double *x = o->x, *y = o->y;
	double s = 0;
#ifdef WIDE
	vec a[lanes] = {0};
	for (; i + width * lanes <= n; i += width * lanes)
		UNROLL for (int k = 0; k < lanes; k++) a[k] = V(fmadd_pd)(V(loadu_pd)(x + i + width * k), V(loadu_pd)(y + i + width * k), a[k]);
	s = total(a);
#endif
	for (; i < n; i++) s += x[i] * y[i];
	o->out[0] = s;
}

// MAP is a loop that writes a vector for each one or two that it reads, in four streams a
// turn; round the caches if what it writes is large. The rest is the plain loop's. MOVE is
// that for operations that hardly compute.
#ifdef WIDE
#define MAPBY(W, STREAM, STORE, VECTOR, SCALAR)                                    \
	size_t i = 0, n = o->n;                                                        \
	double *restrict d = o->dst;                                                   \
	const double *x = o->x, *y = o->y;                                             \
	(void)y;                                                                       \
	if (n * 8 >= large) {                                                          \
		for (; i < n && ((uintptr_t)(d + i) & 63) != 0; i++) d[i] = SCALAR;        \
		for (; i + 32 <= n; i += 32)                                               \
			UNROLL for (size_t k = 0; k < 32; k += W) {                            \
				size_t j = i + k;                                                  \
				STREAM(d + j, VECTOR);                                             \
			}                                                                      \
		_mm_sfence();                                                              \
	} else {                                                                       \
		for (; i + 32 <= n; i += 32)                                               \
			UNROLL for (size_t k = 0; k < 32; k += W) {                            \
				size_t j = i + k;                                                  \
				STORE(d + j, VECTOR);                                              \
			}                                                                      \
	}                                                                              \
	for (; i < n; i++) d[i] = SCALAR;
#define MAP(VECTOR, SCALAR) MAPBY(8, _mm512_stream_pd, _mm512_storeu_pd, VECTOR, SCALAR)
#define MOVE(VECTOR, SCALAR) MAPBY(width, V(stream_pd), V(storeu_pd), VECTOR, SCALAR)
#else
#define MAP(VECTOR, SCALAR)                                                        \
	double *restrict d = o->dst;                                                   \
	const double *x = o->x, *y = o->y;                                             \
	(void)y;                                                                       \
	for (size_t i = 0; i < o->n; i++) d[i] = SCALAR;
#define MOVE MAP
#endif
#define X _mm512_loadu_pd(x + j)
#define XM V(loadu_pd)(x + j)
#define YM V(loadu_pd)(y + j)

static const double factor = 1.5;

static NOINLINE void axpy_f64(struct operands *o) { MOVE(V(fmadd_pd)(V(set1_pd)(factor), XM, YM), fma(factor, x[i], y[i])) o->kept = o->n; }
static NOINLINE void scale_f64(struct operands *o) { MOVE(V(mul_pd)(V(set1_pd)(factor), XM), factor * x[i]) o->kept = o->n; }
static NOINLINE void add_f64(struct operands *o) { MOVE(V(add_pd)(XM, YM), x[i] + y[i]) o->kept = o->n; }
static NOINLINE void sqrt_f64(struct operands *o) { MAP(_mm512_sqrt_pd(X), sqrt(x[i])) o->kept = o->n; }

#ifdef WIDE
// exp8 is e^x: Cody and Waite's reduction, the series to degree 13, and a scale.
static inline __m512d exp8(__m512d x) {
	const __m512d k = _mm512_roundscale_pd(_mm512_mul_pd(x, _mm512_set1_pd(1.4426950408889634)), 8);
	__m512d r = _mm512_fnmadd_pd(k, _mm512_set1_pd(6.93147180369123816490e-01), x);
	r = _mm512_fnmadd_pd(k, _mm512_set1_pd(1.90821492927058770002e-10), r);
	static const double c[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
		1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1};
	__m512d p = _mm512_set1_pd(c[0]);
#pragma GCC unroll 14
	for (int i = 1; i < 14; i++) p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(c[i]));
	return _mm512_scalef_pd(p, k);
}

// log8 is ln x of positive numbers: the mantissa in [3/4, 3/2), and the series of the
// inverse hyperbolic tangent.
static inline __m512d log8(__m512d x) {
	__m512d m = _mm512_getmant_pd(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
	const __m512d one = _mm512_set1_pd(1), e = _mm512_getexp_pd(_mm512_div_pd(x, m));
	const __m512d f = _mm512_sub_pd(m, one), s = _mm512_div_pd(f, _mm512_add_pd(m, one)), z = _mm512_mul_pd(s, s);
	__m512d p = _mm512_set1_pd(2.0 / 21);
#pragma GCC unroll 10
	for (int i = 19; i >= 3; i -= 2) p = _mm512_fmadd_pd(p, z, _mm512_set1_pd(2.0 / i));
	// ln m = 2s + s*z*p = f - s*(f - z*p)
	__m512d r = _mm512_fnmadd_pd(s, _mm512_fnmadd_pd(z, p, f), f);
	r = _mm512_fmadd_pd(e, _mm512_set1_pd(1.90821492927058770002e-10), r);
	return _mm512_fmadd_pd(e, _mm512_set1_pd(6.93147180369123816490e-01), r);
}
#endif

static NOINLINE void exp_f64(struct operands *o) { MAP(exp8(X), exp(x[i])) o->kept = o->n; }
static NOINLINE void log_f64(struct operands *o) { MAP(log8(X), log(x[i])) o->kept = o->n; }

static NOINLINE void minmax_f64(struct operands *o) {
	size_t i = 0;
	double lo = o->x[0], hi = o->x[0];
#ifdef WIDE
	__m512d a[lanes], b[lanes];
	for (int k = 0; k < lanes; k++) a[k] = b[k] = _mm512_set1_pd(lo);
	for (; i + 64 <= o->n; i += 64)
		UNROLL for (int k = 0; k < lanes; k++) {
			__m512d v = _mm512_loadu_pd(o->x + i + 8 * k);
			a[k] = _mm512_min_pd(a[k], v), b[k] = _mm512_max_pd(b[k], v);
		}
	for (int n = lanes / 2; n > 0; n /= 2)
		for (int k = 0; k < n; k++) a[k] = _mm512_min_pd(a[k], a[k + n]), b[k] = _mm512_max_pd(b[k], b[k + n]);
	lo = _mm512_reduce_min_pd(a[0]), hi = _mm512_reduce_max_pd(b[0]);
#endif
	for (; i < o->n; i++) lo = o->x[i] < lo ? o->x[i] : lo, hi = o->x[i] > hi ? o->x[i] : hi;
	o->out[0] = lo, o->out[1] = hi;
}

static double least(const double *x, size_t n) {
	size_t i = 0;
	double lo = x[0];
#ifdef WIDE
	__m512d a[8];
	for (int k = 0; k < 8; k++) a[k] = _mm512_set1_pd(lo);
	for (; i + 64 <= n; i += 64)
#pragma GCC unroll 8
		for (int k = 0; k < 8; k++) a[k] = _mm512_min_pd(a[k], _mm512_loadu_pd(x + i + 8 * k));
	for (int m = lanes / 2; m > 0; m /= 2)
		for (int k = 0; k < m; k++) a[k] = _mm512_min_pd(a[k], a[k + m]);
	lo = _mm512_reduce_min_pd(a[0]);
#endif
	for (; i < n; i++) lo = x[i] < lo ? x[i] : lo;
	return lo;
}

// argmin_f64 finds the least of each block, and looks for it in the best block.
static NOINLINE void argmin_f64(struct operands *o) {
	enum { block = 2048 };
	size_t best = 0;
	double lo = INFINITY;
	for (size_t i = 0; i < o->n; i += block) {
		double v = least(o->x + i, o->n - i < block ? o->n - i : block);
		if (v < lo) lo = v, best = i;
	}
#ifdef WIDE
	while (best + 8 <= o->n && _mm512_cmp_pd_mask(_mm512_loadu_pd(o->x + best), _mm512_set1_pd(lo), _CMP_EQ_OQ) == 0) best += 8;
#endif
	while (o->x[best] != lo) best++;
	o->out[0] = (double)best;
}

static NOINLINE void moments_f64(struct operands *o) {
	size_t i = 0;
	double shift = o->x[0], s = 0, q = 0, n = (double)o->n;
#ifdef WIDE
	__m512d a[4] = {0}, b[4] = {0}, by = _mm512_set1_pd(shift);
	for (; i + 32 <= o->n; i += 32)
#pragma GCC unroll 4
		for (int k = 0; k < 4; k++) {
			__m512d v = _mm512_sub_pd(_mm512_loadu_pd(o->x + i + 8 * k), by);
			a[k] = _mm512_add_pd(a[k], v), b[k] = _mm512_fmadd_pd(v, v, b[k]);
		}
	for (int k = 0; k < 4; k++) s += _mm512_reduce_add_pd(a[k]), q += _mm512_reduce_add_pd(b[k]);
#endif
	for (; i < o->n; i++) s += o->x[i] - shift, q += (o->x[i] - shift) * (o->x[i] - shift);
	o->out[0] = shift + s / n;
	o->out[1] = (q - s * s / n) / n;
}

static NOINLINE void count_f64(struct operands *o) {
	size_t i = 0, c = 0;
#ifdef WIDE
#ifdef HALVES
	__m256i a[lanes] = {0};
	const __m256d t = _mm256_set1_pd(o->threshold);
	for (; i + 32 <= o->n; i += 32)
		UNROLL for (int k = 0; k < lanes; k++)
			a[k] = _mm256_sub_epi64(a[k], _mm256_castpd_si256(_mm256_cmp_pd(_mm256_loadu_pd(o->x + i + 4 * k), t, _CMP_GT_OQ)));
	for (int k = 1; k < lanes; k++) a[0] = _mm256_add_epi64(a[0], a[k]);
	for (int k = 0; k < 4; k++) c += (size_t)a[0][k];
#else
	__m512i a[4] = {0};
	const __m512i one = _mm512_set1_epi64(1);
	const __m512d t = _mm512_set1_pd(o->threshold);
	for (; i + 32 <= o->n; i += 32)
#pragma GCC unroll 4
		for (int k = 0; k < 4; k++)
			a[k] = _mm512_mask_add_epi64(a[k], _mm512_cmp_pd_mask(_mm512_loadu_pd(o->x + i + 8 * k), t, _CMP_GT_OQ), a[k], one);
	for (int k = 0; k < 4; k++) c += (size_t)_mm512_reduce_add_epi64(a[k]);
#endif
#endif
	for (; i < o->n; i++) c += o->x[i] > o->threshold;
	o->out[0] = (double)c;
}

// filter_f64 compresses in a register, stores all of it and goes on by what is selected:
// dst has room for n.
static NOINLINE void filter_f64(struct operands *o) {
	size_t i = 0, c = 0;
#ifdef WIDE
	const __m512d t = _mm512_set1_pd(o->threshold);
	for (; i + 32 <= o->n; i += 32) {
		__m512d v[4];
		__mmask8 m[4];
#pragma GCC unroll 4
		for (int k = 0; k < 4; k++) v[k] = _mm512_loadu_pd(o->x + i + 8 * k), m[k] = _mm512_cmp_pd_mask(v[k], t, _CMP_GT_OQ);
#pragma GCC unroll 4
		for (int k = 0; k < 4; k++) {
			_mm512_storeu_pd(o->dst + c, _mm512_maskz_compress_pd(m[k], v[k]));
			c += (size_t)__builtin_popcount(m[k]);
		}
	}
#endif
	for (; i < o->n; i++)
		if (o->x[i] > o->threshold) o->dst[c++] = o->x[i];
	o->kept = c;
}

static NOINLINE void prefixsum_f64(struct operands *o) {
	size_t i = 0;
	double s = 0;
#ifdef WIDE
	__m512d carry = _mm512_setzero_pd();
	const __m512i last = _mm512_set1_epi64(7);
	const __m512i zero = _mm512_setzero_si512();
	for (; i + 8 <= o->n; i += 8) {
		__m512d v = _mm512_loadu_pd(o->x + i);
		v = _mm512_add_pd(v, _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(v), zero, 7)));
		v = _mm512_add_pd(v, _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(v), zero, 6)));
		v = _mm512_add_pd(v, _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(v), zero, 4)));
		_mm512_storeu_pd(o->dst + i, _mm512_add_pd(v, carry));
		carry = _mm512_add_pd(carry, _mm512_permutexvar_pd(last, v));
	}
	s = _mm512_cvtsd_f64(carry);
#endif
	for (; i < o->n; i++) o->dst[i] = s += o->x[i];
	o->kept = o->n;
}

static NOINLINE void hist_f64(struct operands *o) {
	int64_t c[4][bins];
	size_t i = 0;
	memset(c, 0, sizeof c);
	for (; i + 4 <= o->n; i += 4)
#pragma GCC unroll 4
		for (int k = 0; k < 4; k++) c[k][(unsigned)(int)(o->x[i + (size_t)k] * bins)]++;
	for (; i < o->n; i++) c[0][(unsigned)(int)(o->x[i] * bins)]++;
	for (int b = 0; b < bins; b++) o->counts[b] = c[0][b] + c[1][b] + c[2][b] + c[3][b];
}

static NOINLINE void gather_f64(struct operands *o) {
	size_t i = 0;
#ifdef WIDE
	for (; i + 8 <= o->n; i += 8) _mm512_storeu_pd(o->dst + i, _mm512_i64gather_pd(_mm512_loadu_si512(o->idx + i), o->x, 8));
#endif
	for (; i < o->n; i++) o->dst[i] = o->x[o->idx[i]];
	o->kept = o->n;
}

// Radix sort, least digit first, of keys of 64 bits, with places or without: six passes of
// 11 bits, of which those are left out in which all keys agree.
enum { digit = 11, buckets = 1 << digit, passes = 6 };

static uint64_t key_of(double v) {
	uint64_t u;
	memcpy(&u, &v, 8);
	return u >> 63 ? ~u : u | (uint64_t)1 << 63;
}

static double value_of(uint64_t u) {
	double v;
	u = u >> 63 ? u & ~((uint64_t)1 << 63) : ~u;
	memcpy(&v, &u, 8);
	return v;
}

// radix sorts a, with b as room and ia and ib as places if they are there, and returns
// where the result is: 0 for a.
static int radix(uint64_t *a, uint64_t *b, int64_t *ia, int64_t *ib, size_t n) {
	static size_t count[passes][buckets];
	int where = 0;
	memset(count, 0, sizeof count);
	for (size_t i = 0; i < n; i++)
		for (int p = 0; p < passes; p++) count[p][a[i] >> (digit * p) & (buckets - 1)]++;
	for (int p = 0; p < passes; p++) {
		if (count[p][a[0] >> (digit * p) & (buckets - 1)] == n) continue;
		for (size_t k = 0, at = 0; k < buckets; k++) {
			size_t c = count[p][k];
			count[p][k] = at, at += c;
		}
		for (size_t i = 0; i < n; i++) {
			size_t to = count[p][a[i] >> (digit * p) & (buckets - 1)]++;
			b[to] = a[i];
			if (ia != NULL) ib[to] = ia[i];
		}
		uint64_t *t = a;
		a = b, b = t;
		int64_t *it = ia;
		ia = ib, ib = it;
		where = !where;
	}
	return where;
}

static NOINLINE void sort_f64(struct operands *o) {
	uint64_t *a = (uint64_t *)o->dst, *b = (uint64_t *)o->room;
	for (size_t i = 0; i < o->n; i++) a[i] = key_of(o->x[i]);
	if (radix(a, b, NULL, NULL, o->n)) a = b;
	for (size_t i = 0; i < o->n; i++) o->dst[i] = value_of(a[i]);
	o->kept = o->n;
}

static NOINLINE void argsort_f64(struct operands *o) {
	uint64_t *a = (uint64_t *)o->keys, *b = (uint64_t *)o->room;
	int64_t *places = o->room + o->n;
	for (size_t i = 0; i < o->n; i++) a[i] = key_of(o->x[i]), o->idx[i] = (int64_t)i;
	if (radix(a, b, o->idx, places, o->n)) memcpy(o->idx, places, o->n * 8);
}

// sum_i64 is exact in 128 bits, as SumInt64 is: low adds up the numbers, high their upper
// 16 bits, and what the rest adds up to, below 2^64, is what low has besides.
static NOINLINE void sum_i64(struct operands *o) {
	__int128 s = 0;
	size_t i = 0;
#if defined(WIDE) && defined(__AVX512VNNI__)
	enum { most = 1 << 15 }; // no sum of so many upper halves has 32 bits
	const __m512i upper = _mm512_set1_epi64((int64_t)1 << 48);
	while (o->n - i >= 8 * lanes) {
		const size_t end = i + (o->n - i < most ? o->n - i : most);
		__m512i low[lanes] = {0}, high[lanes] = {0};
		for (; i + 8 * lanes <= end; i += 8 * lanes)
			UNROLL for (int k = 0; k < lanes; k++) {
				__m512i v = _mm512_loadu_si512(o->ix + i + 8 * k);
				__asm__("vpdpwssd %2, %1, %0" : "+v"(high[k]), "+v"(v) : "v"(upper)); // gcc 12 copies and loads again
				low[k] = _mm512_add_epi64(low[k], v);
			}
		UNROLL for (int k = 1; k < lanes; k++) low[0] = _mm512_add_epi64(low[0], low[k]), high[0] = _mm512_add_epi64(high[0], high[k]);
		const uint64_t all = (uint64_t)_mm512_reduce_add_epi64(low[0]);
		const int64_t top = _mm512_reduce_add_epi64(_mm512_srai_epi64(high[0], 32));
		s += ((__int128)top << 48) + (uint64_t)(all - ((uint64_t)top << 48));
	}
#endif
	for (; i < o->n; i++) s += o->ix[i];
	o->out[0] = (double)s;
}

#ifdef WIDE
// bits are those of an integer that the vectors, which hold either, leave to a plain loop.
static inline double bits(int64_t v) {
	double d;
	memcpy(&d, &v, sizeof d);
	return d;
}

static NOINLINE void add_i64(struct operands *o) { MOVE(ADD_INTS(XM, YM), bits(o->ix[i] + o->iy[i])) o->kept = o->n; }
#else
static NOINLINE void add_i64(struct operands *o) {
	const int64_t *x = o->ix, *y = o->iy;
	int64_t *restrict d = o->idst;
	for (size_t i = 0; i < o->n; i++) d[i] = x[i] + y[i];
	o->kept = o->n;
}
#endif

static NOINLINE void minmax_i64(struct operands *o) {
	int64_t lo = o->ix[0], hi = lo;
	for (size_t i = 0; i < o->n; i++) lo = o->ix[i] < lo ? o->ix[i] : lo, hi = o->ix[i] > hi ? o->ix[i] : hi;
	o->out[0] = (double)lo, o->out[1] = (double)hi;
}

static NOINLINE void count_i64(struct operands *o) {
	const int64_t t = (int64_t)o->threshold;
	size_t i = 0, c = 0;
#ifdef WIDE
	__m256i a[lanes] = {0};
	const __m256i at = _mm256_set1_epi64x(t);
	for (; i + 4 * lanes <= o->n; i += 4 * lanes)
		UNROLL for (int k = 0; k < lanes; k++)
			a[k] = _mm256_sub_epi64(a[k], _mm256_cmpgt_epi64(_mm256_loadu_si256((const __m256i *)(o->ix + i + 4 * k)), at));
	UNROLL for (int k = 1; k < lanes; k++) a[0] = _mm256_add_epi64(a[0], a[k]);
	for (int k = 0; k < 4; k++) c += (size_t)a[0][k];
#endif
	for (; i < o->n; i++) c += o->ix[i] > t;
	o->out[0] = (double)c;
}

static NOINLINE void filter_i64(struct operands *o) {
	const int64_t t = (int64_t)o->threshold;
	size_t i = 0, c = 0;
#ifdef WIDE
	for (; i + 8 <= o->n; i += 8) {
		__m512i v = _mm512_loadu_si512(o->ix + i);
		__mmask8 m = _mm512_cmpgt_epi64_mask(v, _mm512_set1_epi64(t));
		_mm512_storeu_si512(o->idst + c, _mm512_maskz_compress_epi64(m, v));
		c += (size_t)__builtin_popcount(m);
	}
#endif
	for (; i < o->n; i++)
		if (o->ix[i] > t) o->idst[c++] = o->ix[i];
	o->kept = c;
}

static NOINLINE void prefixsum_i64(struct operands *o) {
	int64_t s = 0;
	size_t i = 0;
#ifdef WIDE
	__m512i carry = _mm512_setzero_si512();
	const __m512i last = _mm512_set1_epi64(7), zero = carry;
	for (; i + 8 <= o->n; i += 8) {
		__m512i v = _mm512_loadu_si512(o->ix + i);
		v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 7));
		v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 6));
		v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, zero, 4));
		_mm512_storeu_si512(o->idst + i, _mm512_add_epi64(v, carry));
		carry = _mm512_add_epi64(carry, _mm512_permutexvar_epi64(last, v));
	}
	s = carry[0];
#endif
	for (; i < o->n; i++) o->idst[i] = s += o->ix[i];
	o->kept = o->n;
}

static NOINLINE void sort_i64(struct operands *o) {
	const uint64_t top = (uint64_t)1 << 63;
	uint64_t *a = (uint64_t *)o->idst, *b = (uint64_t *)o->room;
	for (size_t i = 0; i < o->n; i++) a[i] = (uint64_t)o->ix[i] ^ top;
	if (radix(a, b, NULL, NULL, o->n)) a = b;
	for (size_t i = 0; i < o->n; i++) o->idst[i] = (int64_t)(a[i] ^ top);
	o->kept = o->n;
}

// side is that of a square of n elements.
static size_t side(size_t n) {
	size_t s = (size_t)sqrt((double)n);
	while (s * s < n) s++;
	return s;
}

#ifdef WIDE
// A product after Goto and van de Geijn (2008): tiles of 8 rows and 24 columns in registers,
// of panels that are copied so that they are read in order.
enum { rows = 8, cols = 24, deep = 256, high = 96, wide = 1200 };
static _Alignas(64) double row_panel[high * deep], col_panel[deep * wide];

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// pack_rows copies m rows of depth k, eight side by side; rows that are not there are 0.
static inline void pack_rows(const double *x, size_t n, size_t m, size_t k) {
	static const double none[deep];
	for (size_t i = 0; i < (m + rows - 1) / rows * rows; i++) {
		const double *from = i < m ? x + i * n : none;
		double *to = row_panel + i / rows * rows * deep + i % rows;
		for (size_t v = 0; v < k; v++) to[v * rows] = from[v];
	}
}

// pack_cols is pack_rows for m columns, 24 side by side.
static inline void pack_cols(const double *y, size_t n, size_t m, size_t k) {
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < m; j += cols)
			for (size_t v = 0; v < cols; v++) col_panel[j * deep + i * cols + v] = j + v < m ? y[i * n + j + v] : 0;
}

// tile writes m rows and k columns of a product of depth n, or adds them to what is there.
static inline void tile(double *d, size_t next, const double *a, const double *b, size_t n, size_t m, size_t k, int add) {
	_Alignas(64) double edge[rows * cols];
	const int whole = m >= rows && k >= cols;
	double *to = whole ? d : edge;
	const size_t step = whole ? next : cols;
	__m512d t[rows][3] = {0};
	for (; n > 0; n--, a += rows, b += cols) {
		const __m512d b0 = _mm512_load_pd(b), b1 = _mm512_load_pd(b + 8), b2 = _mm512_load_pd(b + 16);
		UNROLL for (int r = 0; r < rows; r++) {
			const __m512d v = _mm512_set1_pd(a[r]);
			t[r][0] = _mm512_fmadd_pd(v, b0, t[r][0]), t[r][1] = _mm512_fmadd_pd(v, b1, t[r][1]), t[r][2] = _mm512_fmadd_pd(v, b2, t[r][2]);
		}
	}
	if (whole && add)
		UNROLL for (size_t r = 0; r < rows; r++)
			UNROLL for (size_t v = 0; v < 3; v++) t[r][v] = _mm512_add_pd(t[r][v], _mm512_loadu_pd(d + r * next + 8 * v));
	UNROLL for (size_t r = 0; r < rows; r++)
		UNROLL for (size_t v = 0; v < 3; v++) _mm512_storeu_pd(to + r * step + 8 * v, t[r][v]);
	for (size_t r = 0; !whole && r < smaller(rows, m); r++)
		for (size_t v = 0; v < smaller(cols, k); v++) d[r * next + v] = edge[cols * r + v] + (add ? d[r * next + v] : 0);
}

// block multiplies the panels.
static inline void block(double *d, size_t n, size_t m, size_t k, size_t depth, int add) {
	for (size_t j = 0; j < k; j += cols)
		for (size_t i = 0; i < m; i += rows)
			tile(d + i * n + j, n, row_panel + i * deep, col_panel + j * deep, depth, m - i, k - j, add);
}

static NOINLINE void gemm_f64(struct operands *o) {
	const size_t n = side(o->n);
	for (size_t j = 0; j < n; j += wide)
		for (size_t k = 0; k < n; k += deep) {
			const size_t depth = smaller(n - k, deep);
			pack_cols(o->y + k * n + j, n, smaller(n - j, wide), depth);
			for (size_t i = 0; i < n; i += high) {
				pack_rows(o->x + i * n + k, n, smaller(n - i, high), depth);
				block(o->dst + i * n + j, n, smaller(n - i, high), smaller(n - j, wide), depth, k > 0);
			}
		}
	o->kept = o->n;
}
#else
static NOINLINE void gemm_f64(struct operands *o) {
	const size_t n = side(o->n);
	memset(o->dst, 0, o->n * sizeof *o->dst);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			for (size_t j = 0; j < n; j++) o->dst[i * n + j] += o->x[i * n + k] * o->y[k * n + j];
	o->kept = o->n;
}
#endif

// read1, read2, and so on move so many vectors in and out: what no operation with such
// operands can be faster than.
#ifdef WIDE
#define VEC(p, j) _mm512_loadu_si512((const int64_t *)(p) + (j))
#define SAME(v) __asm__ volatile("" : : "v"(v))

static NOINLINE void read1(struct operands *o) {
	__m512i a[lanes] = {0};
	for (size_t i = 0; i + 8 * lanes <= o->n; i += 8 * lanes)
#pragma GCC unroll 8
		for (int k = 0; k < lanes; k++) a[k] = _mm512_or_si512(a[k], VEC(o->x, i + 8 * (size_t)k));
	for (int k = 0; k < lanes; k++) SAME(a[k]);
}

static NOINLINE void read2(struct operands *o) {
	__m512i a[lanes] = {0};
	for (size_t i = 0; i + 8 * lanes <= o->n; i += 8 * lanes)
#pragma GCC unroll 8
		for (int k = 0; k < lanes; k++) {
			__m512i v = VEC(o->x, i + 8 * (size_t)k);
			a[k] = _mm512_ternarylogic_epi64(a[k], v, VEC(o->y, i + 8 * (size_t)k), 0xFE);
		}
	for (int k = 0; k < lanes; k++) SAME(a[k]);
}

static NOINLINE void read1write1(struct operands *o) { MOVE(XM, x[i]) }
static NOINLINE void read2write1(struct operands *o) { MOVE(V(or_pd)(XM, YM), x[i]) }

// fmas does the multiplications and additions of gemm, on nothing but registers.
static NOINLINE void fmas(struct operands *o) {
	enum { chains = 16 };
	__m512d a[chains], x = _mm512_set1_pd(o->x[0]);
	for (int k = 0; k < chains; k++) a[k] = x;
	for (size_t left = o->n * side(o->n); left >= 8 * chains; left -= 8 * chains)
#pragma GCC unroll 16
		for (int k = 0; k < chains; k++) a[k] = _mm512_fmadd_pd(a[k], x, x);
	for (int k = 0; k < chains; k++) SAME(a[k]);
}
#endif

struct operation {
	const char *name;
	void (*run)(struct operands *);
};

static const struct operation operations[] = {
	{"sum/f64", sum_f64}, {"dot/f64", dot_f64}, {"axpy/f64", axpy_f64}, {"scale/f64", scale_f64}, {"add/f64", add_f64},
	{"minmax/f64", minmax_f64}, {"argmin/f64", argmin_f64}, {"moments/f64", moments_f64}, {"count/f64", count_f64},
	{"filter/f64", filter_f64}, {"prefixsum/f64", prefixsum_f64}, {"exp/f64", exp_f64}, {"log/f64", log_f64}, {"sqrt/f64", sqrt_f64},
	{"hist/f64", hist_f64}, {"gemm/f64", gemm_f64}, {"gather/f64", gather_f64}, {"sort/f64", sort_f64}, {"argsort/f64", argsort_f64},
	{"sum/i64", sum_i64}, {"add/i64", add_i64}, {"minmax/i64", minmax_i64}, {"count/i64", count_i64}, {"filter/i64", filter_i64},
	{"prefixsum/i64", prefixsum_i64}, {"sort/i64", sort_i64},
#ifdef WIDE
	{"limit/r1", read1}, {"limit/r2", read2}, {"limit/r1w1", read1write1}, {"limit/r2w1", read2write1}, {"limit/fma", fmas},
#endif
};

// The vectors of a block, in order: room is two. In Go there are the same, as far from one
// another, in turn at the same distances from the begin of a huge page, so that nobody is
// faster or slower because of where its operands lie.
enum { slot_x, slot_y, slot_dst, slot_idx, slot_keys, slot_room, slots = slot_room + 2 };
enum { page = 4 << 10, huge_page = 2 << 20 };

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

static char *whole_block; // of the operands that there are
static size_t whole_size, block_size;

// new_block returns memory for the vectors of n numbers, in large pages where the kernel
// has some, in place of the block before.
static char *new_block(size_t each) {
	size_t size = block_size = round_up(slots * each, huge_page);
	if (whole_size != 0) munmap(whole_block, whole_size);
	whole_size = size + huge_page;
	whole_block = mmap(NULL, whole_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (whole_block == MAP_FAILED) exit(1);
	char *block = (char *)round_up((size_t)whole_block, huge_page);
	madvise(block, size, MADV_HUGEPAGE);
	return block;
}

static double number(const char *op, uint64_t i) {
	double u = (double)(mix(i) >> 11) * 0x1p-53;
	if (strcmp(op, "exp") == 0) return u * 2 - 1;
	if (strcmp(op, "log") == 0 || strcmp(op, "sqrt") == 0) return u * 1000 + 1e-3;
	return u;
}

static int reads_two(const char *op) { return strcmp(op, "dot") == 0 || strcmp(op, "axpy") == 0 || strcmp(op, "add") == 0 || strcmp(op, "gemm") == 0; }

// fill makes the operands of an operation, each bytes from vector to vector: memory that it
// does not use stays untouched, and takes none.
static void fill(struct operands *o, char *block, size_t each, const char *op, const char *type, size_t n, double threshold) {
	memset(o, 0, sizeof *o);
	o->n = n, o->threshold = threshold;
	o->x = (double *)(block + slot_x * each), o->y = (double *)(block + slot_y * each), o->dst = (double *)(block + slot_dst * each);
	o->ix = (int64_t *)o->x, o->iy = (int64_t *)o->y, o->idst = (int64_t *)o->dst;
	o->idx = (int64_t *)(block + slot_idx * each), o->keys = (int64_t *)(block + slot_keys * each), o->room = (int64_t *)(block + slot_room * each);
	int whole = strcmp(type, "i64") == 0;
	if (whole) o->threshold = threshold * (double)((uint64_t)1 << whole_bits);
	for (size_t i = 0; i < n; i++) {
		if (whole) o->ix[i] = (int64_t)(mix(i) >> (64 - whole_bits));
		else o->x[i] = number(op, i);
	}
	for (size_t i = 0; i < n && reads_two(op); i++) {
		if (whole) o->iy[i] = (int64_t)(mix(i + n) >> (64 - whole_bits));
		else o->y[i] = number(op, i + n);
	}
	for (size_t i = 0; i < n && strcmp(op, "gather") == 0; i++) o->idx[i] = (int64_t)(mix(i + 2 * n) % n);
}

// weigh returns v times a weight, rounded: not fused with an addition, as in Go.
static double weigh(double v, size_t weight) {
	volatile double part = v * (double)weight;
	return part;
}

// digest is one number that every element of a result has its part in.
static double digest(const struct operands *o, const char *op, const char *type) {
	double d = o->out[0] + 3 * o->out[1] + (double)o->kept;
	if (strcmp(op, "argsort") == 0)
		for (size_t i = 0; i < o->n; i++) d += weigh(o->x[o->idx[i]], i % weights + 1);
	if (strcmp(op, "hist") == 0)
		for (int b = 0; b < bins; b++) d += (double)(o->counts[b] * (b + 1));
	if (strcmp(type, "i64") == 0) {
		uint64_t sum = 0;
		for (size_t i = 0; i < o->kept; i++) sum += (uint64_t)o->idst[i] * (i % weights + 1);
		return d + (double)(sum << 16 >> 16); // as many bits as are exact
	}
	double sums[weights] = {0};
	size_t i = 0;
	for (; i + weights <= o->kept; i += weights)
		for (size_t k = 0; k < weights; k++) sums[k] += o->dst[i + k];
	for (size_t k = 0; i + k < o->kept; k++) sums[k] += o->dst[i + k];
	for (size_t k = 0; k < weights; k++) d += weigh(sums[k], k + 1);
	return d;
}

static void pin(int cpu) {
	cpu_set_t s;
	CPU_ZERO(&s);
	CPU_SET((size_t)cpu, &s);
	sched_setaffinity(0, sizeof s, &s);
}

static const struct operation *find(const char *name) {
	for (size_t k = 0; k < sizeof operations / sizeof *operations; k++)
		if (strcmp(operations[k].name, name) == 0) return &operations[k];
	return NULL;
}

// hello says what this program was made with, and whether it is by hand.
static void hello(void) {
#ifdef WIDE
	const char *how = "AVX-512 by hand";
#else
	const char *how = "vectors by the compiler";
#endif
#ifdef __clang__
	dprintf(out_fd, "hello clang %d.%d, %s\n", __clang_major__, __clang_minor__, how);
#else
	dprintf(out_fd, "hello gcc %d.%d, %s\n", __GNUC__, __GNUC_MINOR__, how);
#endif
}

static struct operands operands;
static char made_op[32], made_type[32];
static double made_threshold;

// make makes the operands of an operation, in a block of their own.
static void make(const char *op, const char *type, size_t n, double threshold) {
	const size_t each = round_up(n * 8, page);
	fill(&operands, new_block(each), each, op, type, n, threshold);
	strcpy(made_op, op), strcpy(made_type, type), made_threshold = threshold;
}

// move gives the operands another place in their block, where there is one: memory.go has
// why.
static void move(void) {
	const size_t n = operands.n, each = round_up(n * 8, page), all = slots * each;
	char *block = (char *)round_up((size_t)whole_block, huge_page);
	size_t from = (size_t)((char *)operands.x - block) + all;
	if (from + all > block_size) from = 0;
	if (block_size >= 2 * all) fill(&operands, block + from, each, made_op, made_type, n, made_threshold);
}

// obey does what a line asks for: "make OP TYPE N THRESHOLD", or "run NAME CPU OP TYPE" and then
// a window.
static void obey(const char *line, FILE *in) {
	char name[32], op[32], type[32], next[256];
	size_t n;
	double threshold;
	int cpu;
	uint64_t begin, limit, calls = 0;
	if (sscanf(line, "make %31s %31s %zu %lf", op, type, &n, &threshold) == 4 && n > 0) {
		make(op, type, n, threshold);
		dprintf(out_fd, "made\n");
		return;
	}
	if (strcmp(line, "hello\n") == 0) {
		hello();
		return;
	}
	if (sscanf(line, "run %31s %d %31s %31s", name, &cpu, op, type) != 4 || strcmp(op, made_op) != 0) {
		dprintf(out_fd, "error no such command\n");
		return;
	}
	const struct operation *o = find(name);
	if (o == NULL) {
		dprintf(out_fd, "error no such operation\n");
		return;
	}
	pin(cpu);
	move();
	dprintf(out_fd, "ready\n");
	if (fgets(next, sizeof next, in) == NULL || sscanf(next, "go %" SCNu64 " %" SCNu64, &begin, &limit) != 2) {
		dprintf(out_fd, "error no window\n");
		return;
	}
	size_t batch = 65536 / operands.n + 1;
	while (now() < begin) {}
	uint64_t from = now(), to;
	do {
		for (size_t k = 0; k < batch; k++) o->run(&operands);
		calls += batch;
		to = now();
	} while (to < limit);
	dprintf(out_fd, "done %" PRIu64 " %" PRIu64 " %.17g\n", calls, to - from, digest(&operands, op, type));
}

int main(void) {
	FILE *in = fdopen(in_fd, "r");
	char line[256];
	signal(SIGINT, SIG_IGN);
	if (in == NULL) return 1;
	while (fgets(line, sizeof line, in) != NULL) obey(line, in);
	return 0;
}

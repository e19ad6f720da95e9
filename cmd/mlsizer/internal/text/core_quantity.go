package text

import "mlsizer/sizing/quantity"

// quantityErrors are what is wrong with a text that is to be a quantity.
var quantityErrors = map[string]Text{
	"quantity.empty":                        T("%q: empty (want %v)", "%q：为空（应为%v）"),
	"quantity.not-a-number":                 T("%q: not a number (want %v)", "%q：不是数（应为%v）"),
	"quantity.infinite":                     T("%q: infinite (want %v)", "%q：无穷大（应为%v）"),
	"quantity.negative":                     T("%q: negative (want %v)", "%q：为负（应为%v）"),
	"quantity.zero":                         T("%q: zero (want %v)", "%q：为零（应为%v）"),
	"quantity.below-one":                    T("%q: below 1 (want %v)", "%q：小于 1（应为%v）"),
	"quantity.too-small":                    T("%q: too small (want %v)", "%q：过小（应为%v）"),
	"quantity.too-large":                    T("%q: too large (want %v)", "%q：过大（应为%v）"),
	"quantity.too-large-to-count":           T("%q: too large for a count (want %v)", "%q：超出计数范围（应为%v）"),
	"quantity.no-digit-at-the-start":        T("%q: does not start with a digit (want %v)", "%q：不以数字开头（应为%v）"),
	"quantity.no-digit-after-the-point":     T("%q: no digit after the decimal point (want %v)", "%q：小数点后没有数字（应为%v）"),
	"quantity.misplaced-separator":          T("%q: misplaced separator %q (want %v)", "%q：分隔符 %q 位置不对（应为%v）"),
	"quantity.unknown-suffix":               T("%q: unknown suffix %q (want %v)", "%q：未知后缀 %q（应为%v）"),
	"quantity.suffix-without-number":        T("%q: a suffix without a number (want %v)", "%q：只有后缀没有数（应为%v）"),
	"quantity.exponent-and-suffix":          T("%q: both an exponent and a suffix (want %v)", "%q：既有指数又有后缀（应为%v）"),
	"quantity.no-unit":                      T("%q: no unit (want %v)", "%q：缺少单位（应为%v）"),
	"quantity.not-whole-and-no-unit":        T("%q: not whole, and no unit (want %v)", "%q：不是整数，也没有单位（应为%v）"),
	"quantity.units-not-from-long-to-short": T("%q: units are not from long to short (want %v)", "%q：单位未按从大到小排列（应为%v）"),
}

// quantityForms are what is accepted, by [quantity.Want.Forms].
var quantityForms = map[string]Text{
	"parameter-count":  T("a parameter count from 1 to 9.22e18, such as 7B, 124M, 6.74e9, 7,000,000,000 or 70亿", "从 1 至 9.22e18 的参数量，如 7B、124M、6.74e9、7,000,000,000 或 70亿"),
	"token-count":      T("a token count from 1 to 9.22e18, such as 15T, 300B, 3e11 or 1.8万亿", "从 1 至 9.22e18 的 token 数，如 15T、300B、3e11 或 1.8万亿"),
	"count":            T("a count from 1 to 9.22e18, such as 512, 4M, 1e6 or 12万", "从 1 至 9.22e18 的数量，如 512、4M、1e6 或 12万"),
	"count-suffix":     T("K, M, B, T, or 千, 万, 亿, 万亿", "后缀 K、M、B、T 或千、万、亿、万亿"),
	"size":             T("a size in bytes, such as 80GB (10^9), 80GiB (2^30), 1.5TiB or 85899345920", "字节数，如 80GB（10^9）、80GiB（2^30）、1.5TiB 或 85899345920"),
	"size-unit":        T("B, kB, MB, GB, TB, PB, or KiB, MiB, GiB, TiB, PiB", "单位 B、kB、MB、GB、TB、PB 或 KiB、MiB、GiB、TiB、PiB"),
	"bandwidth":        T("a bandwidth such as 900GB/s (bytes) or 400Gb/s (bits)", "带宽，如 900GB/s（字节）或 400Gb/s（比特）"),
	"bandwidth-unit":   T("a unit per second: GB/s, TB/s or GiB/s for bytes, Gb/s, Gbit/s or Gbps for bits", "每秒的单位：字节为 GB/s、TB/s 或 GiB/s，比特为 Gb/s、Gbit/s 或 Gbps"),
	"duration":         T("a duration such as 30d, 12h, 2h30m, 90s or 1.5y", "时长，如 30d、12h、2h30m、90s 或 1.5y"),
	"duration-unit":    T("a unit: s, m (minutes), h, d, w or y, as in 30d or 2h30m", "单位 s、m（分钟）、h、d、w 或 y，如 30d 或 2h30m"),
	"flop-count":       T("a number of floating-point operations, such as 3.1e23, 312T or 1.2EFLOP", "浮点运算数，如 3.1e23、312T 或 1.2EFLOP"),
	"flop-unit":        T("k, M, G, T, P, E, Z or Y, with or without FLOP", "单位 k、M、G、T、P、E、Z 或 Y，可带 FLOP"),
	"flop-rate":        T("a compute rate, such as 989TFLOP/s, 1.9PFLOPS or 989e12", "算力，如 989TFLOP/s、1.9PFLOPS 或 989e12"),
	"flop-rate-unit":   T("k, M, G, T, P, E, Z or Y, with or without FLOP/s", "单位 k、M、G、T、P、E、Z 或 Y，可带 FLOP/s"),
	"us-dollars":       T("US dollars, such as 2M, $1,000, 1.5K or 3.99", "美元金额，如 2M、$1,000、1.5K 或 3.99"),
	quantity.WholeUpTo: T("1 to %d", "从 1 至 %d"),
}

// wanted is what is accepted instead of a text that is no quantity.
func wanted(w quantity.Want, l Lang) string {
	form := Of(quantityForms, w.Forms)
	if w.Forms == quantity.WholeUpTo {
		return form.Form(l, w.Most)
	}
	return form.In(l)
}

package text

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
)

// TestCoreSentences holds what the program says of errors of the core.
func TestCoreSentences(t *testing.T) {
	for _, c := range []struct {
		err    func() error
		en, zh string
	}{
		{func() error { _, err := quantity.ParseTokens("15X"); return err },
			`"15X": unknown suffix "X" (want K, M, B, T, or 千, 万, 亿, 万亿)`, `"15X"：未知后缀 "X"（应为后缀 K、M、B、T 或千、万、亿、万亿）`},
		{func() error { _, err := quantity.ParseParams("-7B"); return err },
			`"-7B": negative (want a parameter count from 1 to 9.22e18, such as 7B, 124M, 6.74e9, 7,000,000,000 or 70亿)`,
			`"-7B"：为负（应为从 1 至 9.22e18 的参数量，如 7B、124M、6.74e9、7,000,000,000 或 70亿）`},
		{func() error { _, err := quantity.ParseCount("1,2,3"); return err },
			`"1,2,3": misplaced separator "," (want a count from 1 to 9.22e18, such as 512, 4M, 1e6 or 12万)`,
			`"1,2,3"：分隔符 "," 位置不对（应为从 1 至 9.22e18 的数量，如 512、4M、1e6 或 12万）`},
		{func() error { _, err := quantity.ParseBandwidth("900"); return err },
			`"900": no unit (want a unit a second: GB/s, TB/s or GiB/s for bytes, Gb/s, Gbit/s or Gbps for bits)`,
			`"900"：缺少单位（应为每秒的单位：字节为 GB/s、TB/s 或 GiB/s，比特为 Gb/s、Gbit/s 或 Gbps）`},
	} {
		err := c.err()
		require.Error(t, err, c.en)
		assert.Equal(t, c.en, ErrorIn(err, English))
		assert.Equal(t, c.zh, ErrorIn(err, Chinese))
	}
}

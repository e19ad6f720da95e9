package quantity_test

import (
	"fmt"

	"mlsizer/sizing/quantity"
)

func ExampleParseParams() {
	for _, s := range []string{"7B", "7,000,000,000", "1.8万亿", "15X"} {
		p, err := quantity.ParseParams(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(p, p.Exact(), p.Chinese())
	}
	// Output:
	// 7.00B 7,000,000,000 70亿
	// 7.00B 7,000,000,000 70亿
	// 1.80T 1,800,000,000,000 1.8万亿
	// parameter count "15X": unknown suffix "X"
}

func ExampleParseBytes() {
	gb, _ := quantity.ParseBytes("80GB")
	gib, _ := quantity.ParseBytes("80GiB")
	fmt.Println(gb, gb.Decimal(), gib)
	// Output:
	// 74.5 GiB 80.0 GB 80.0 GiB
}

func ExampleNewByteScale() {
	cells := []quantity.Bytes{14 << 30, 141 << 30}
	s := quantity.NewByteScale(cells...)
	for _, c := range cells {
		fmt.Println(s.Format(float64(c)), s.Unit())
	}
	// Output:
	// 14.0 GiB
	// 141.0 GiB
}

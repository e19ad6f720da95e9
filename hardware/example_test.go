package hardware_test

import (
	"fmt"
	"strings"

	"mlsizer/hardware"
)

func ExampleParseCluster() {
	c, err := hardware.ParseCluster(hardware.Default(), "h100x512")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Device.Name, c.Count, "in", c.Nodes(), "nodes;", c.Device.Memory, "each")

	_, err = hardware.ParseCluster(hardware.Default(), "h1o0x512")
	fmt.Println(err)
	// Output:
	// H100 SXM5 80GB 512 in 64 nodes; 79.6 GiB each
	// device: unknown but near: h1o0, [h100]
}

func ExampleDevice_Rate() {
	d, err := hardware.Default().Find("v100")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := d.Rate(hardware.FP16)
	fmt.Println(r.Peak, err)
	_, err = d.Rate(hardware.BF16)
	fmt.Println(err)
	// Output:
	// 125 TFLOP/s <nil>
	// device: no rate for format: v100-sxm2-32gb, bf16, fp64, fp32 or fp16
}

func ExampleCatalog_Extend() {
	file := `id,name,kind,memory_gib,memory_gb_per_s,bf16_tflops,sources
my-gpu,My GPU,gpu,48,1000,-200,our own benchmark
`
	_, err := hardware.Default().Extend(strings.NewReader(file), "mine.csv")
	fmt.Println(err)
	// Output:
	// mine.csv:2:27: device-file: column fails: bf16_tflops, device: not in range: -200, 1e-06, 1e+09
}

package hardware

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

const gib = float64(1 << 30)

func find(t testing.TB, name string) *Device {
	t.Helper()
	d, err := Default().Find(name)
	require.NoError(t, err)
	return d
}

// The figures are typed from the sources, not from the catalogue.
func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name, id  string
		gib       float64 // memory
		bw        quantity.Bandwidth
		bf16, fp8 quantity.FLOPRate
		link      quantity.Bandwidth
		domain    int
		watts     quantity.Watts
	}{
		// Source: NVIDIA A100 datasheet: 312 TFLOPS bf16 dense, 2039 GB/s, 600 GB/s NVLink both ways, 400 W.
		{"a100", "a100-sxm4-80gb", 80, 2039e9, 312e12, 0, 300e9, 8, 400},
		// Source: NVIDIA A100 whitepaper: 40 GB HBM2 at 1555 GB/s.
		{"a100-40g", "a100-sxm4-40gb", 40, 1555e9, 312e12, 0, 300e9, 8, 400},
		// Source: NVIDIA H100 datasheet: 989.4 dense (1979 sparse), 3.35 TB/s, 900 GB/s NVLink, 700 W; nvidia-smi 81559 MiB.
		{"H100", "h100-sxm5-80gb", 79.65, 3350e9, 989.4e12, 1979e12, 450e9, 8, 700},
		// Source: NVIDIA H200 datasheet: 4.8 TB/s; nvidia-smi 143771 MiB.
		{"h200", "h200-sxm5-141gb", 140.4, 4800e9, 989.4e12, 1979e12, 450e9, 8, 700},
		// Source: pytorch/torchtitan benchmarks: 95 GiB, 2.4 TB/s, 500 W.
		{"h100-96g", "h100-sxm-96gb-hbm2e", 95, 2400e9, 989.4e12, 1979e12, 450e9, 8, 500},
		// Source: NVIDIA GB200 NVL72 datasheet, per GPU: 2.5 PFLOPS bf16 dense, 8 TB/s, 1.8 TB/s NVLink both ways, 72 GPUs.
		{"gb200", "gb200-nvl72-186gb", 185.03, 8000e9, 2500e12, 5000e12, 900e9, 72, 1200},
		// Source: AMD Instinct MI300X data sheet: 1307.4 TFLOPS bf16, 2614.9 fp8, 750 W; 7 links of 64 GB/s each way.
		{"mi300x", "mi300x-192gb", 191.98, 5325e9, 1307.4e12, 2614.9e12, 448e9, 8, 750},
		// Source: cloud.google.com/tpu/docs/v5p: 459 TFLOPS, 95 GiB, 2765 GB/s, 1200 GB/s both ways, pod of 8960.
		{"tpu-v5p", "tpu-v5p", 95, 2765e9, 459e12, 459e12, 600e9, 8960, 540},
		// Source: cloud.google.com/tpu/docs/v5e: 197 TFLOPS, 16 GB, 819 GB/s, 400 GB/s both ways, pod of 256.
		{"v5e", "tpu-v5e", 16, 819e9, 197e12, 0, 200e9, 256, 225},
		// Source: NVIDIA Ada whitepaper v2.1 appendix A: 165.2 with FP32 accumulate, 1008 GB/s, 450 W; nvidia-smi 24564 MiB.
		{"rtx 4090", "rtx-4090-24gb", 23.99, 1008e9, 165.2e12, 330.4e12, 0, 1, 450},
		// Source: NVIDIA L4 datasheet: 242 fp8 dense, 300 GB/s, 72 W.
		{"l4", "l4-24gb", 22.5, 300e9, 121e12, 242e12, 0, 1, 72},
		// Source: Apple Mac Studio specifications: 800 GB/s, 192 GB, of which macOS lends three quarters.
		{"M2_Ultra", "m2-ultra-192gb", 144, 800e9, 0, 0, 0, 1, 150},
		// Source: Raspberry Pi 5 product brief: LPDDR4X-4267 on 32 bit, 4 B x 4.267 GT/s.
		{"raspberry-pi-5", "cpu-raspberry-pi-5", 7, 17.1e9, 0, 0, 0, 1, 12},
		// Source: JEDEC JESD209-5C: 8 B x 8.533 GT/s; 4 of 12 GiB stay with the system.
		{"phone", "phone-12gb", 8, 68.3e9, 0, 0, 0, 1, 5},
		// Source: Qualcomm Snapdragon 8 Elite product brief: LPDDR5x at 5300 MHz, 8 B x 10.6 GT/s.
		{"snapdragon-8-elite", "snapdragon-8-elite-16gb", 12, 84.8e9, 0, 0, 0, 1, 5},
		// Source: NVIDIA Jetson Orin Nano Super: 67 sparse INT8 TOPS, 17 fp16 TFLOPS, 102 GB/s, 25 W.
		{"orin-nano", "jetson-orin-nano-8gb", 6.9, 102e9, 16.7e12, 0, 0, 1, 25},
		// Source: Apple Mac mini specifications: 273 GB/s, 48 GB, of which macOS lends three quarters.
		{"m4-pro", "m4-pro-48gb", 36, 273e9, 0, 0, 0, 1, 45},
		// Source: NVIDIA GeForce RTX 4060: 128 bit of 17 Gb/s, 115 W; tensor rate twice the 15.11 of FP32.
		{"rtx-4060", "rtx-4060-8gb", 8, 272e9, 30.22e12, 60.44e12, 0, 1, 115},
		// Source: Intel Xeon 6980P: 12 x 8 B x 6.4 GT/s; AMX 1024 bf16 a cycle, 128 cores at 2.0 GHz.
		{"xeon-6980p", "cpu-intel-xeon-6980p", 768, 614.4e9, 262.1e12, 0, 0, 1, 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := find(t, tt.name)
			assert.Equal(t, tt.id, d.ID)
			assert.InDelta(t, tt.gib, float64(d.Memory)/gib, 0.006)
			assert.InDelta(t, float64(tt.bw), float64(d.MemBandwidth), 1)
			assert.InDelta(t, float64(tt.bf16), float64(d.Rates[BF16].Peak), 1e-4*float64(tt.bf16)+1)
			assert.InDelta(t, float64(tt.fp8), float64(d.Rates[FP8].Peak), 1e-4*float64(tt.fp8)+1)
			assert.InDelta(t, float64(tt.link), float64(d.ScaleUp.Bandwidth), 1)
			assert.Equal(t, tt.domain, d.ScaleUp.Domain)
			assert.Equal(t, tt.watts, d.Power)
		})
	}
}

// Where the marketing figure is sparse or the unit is in doubt, the catalogue
// holds what the driver and the dense tables say.
func TestMoreGolden(t *testing.T) {
	h := find(t, "h100")
	// Source: nvidia-smi prints 81559 MiB.
	assert.Equal(t, quantity.Bytes(81559*1024*1024.), h.Memory)
	// Source: InfiniBand NDR, 400 Gb/s a GPU.
	assert.InDelta(t, 50e9, float64(h.ScaleOut), 1)
	assert.Equal(t, 8, h.DevicesPerNode)
	require.NotNil(t, h.Price)
	assert.NotEmpty(t, h.Price.Date)
	assert.Nil(t, find(t, "gb200").Price, "no price is nil, not zero")
	assert.Equal(t, 4, find(t, "gb200").DevicesPerNode)
	// Source: stas00/ml-engineering@744d01e MAMF table 794.5; mag-/gpu_benchmark@93322b7 821.2.
	r, err := h.Rate(BF16)
	require.NoError(t, err)
	assert.InDelta(t, 821.2e12, float64(r.Achievable), 1)
	assert.Contains(t, r.AchievableSource, "mag-/gpu_benchmark@93322b7")
	// Source: Google TPU v4 documentation: six links of 45 GB/s, 16x16x16.
	require.NotNil(t, find(t, "tpu-v4").Torus)
	assert.Equal(t, []int{16, 16, 16}, find(t, "tpu-v4").Torus.MaxShape)
	assert.InDelta(t, 45e9, float64(find(t, "tpu-v4").Torus.LinkBandwidth), 1)
	// Source: NVIDIA HGX B300 documents, Epoch AI: INT8 fell to 157 TOPS.
	assert.InDelta(t, 157e12, float64(find(t, "b300").Rates[INT8].Peak), 1)
	assert.True(t, find(t, "m2-ultra").Unified)
	assert.Equal(t, Edge, find(t, "dgx-spark").Kind)
	assert.Equal(t, TPU, find(t, "ironwood").Kind)
	assert.Equal(t, NPU, find(t, "gaudi3").Kind)
}

func TestEveryRow(t *testing.T) {
	valid := map[string]bool{}
	for _, c := range columns() {
		valid[c.name] = true
	}
	all := Default().All()
	require.GreaterOrEqual(t, len(all), 100)
	for _, d := range all {
		assert.NotEmpty(t, d.Sources, d.ID)
		for _, s := range append(slices.Clone(d.Sources), d.Note, d.MemoryLabel) {
			assert.NotContains(t, s, "stored", d.ID)
			assert.Equal(t, strings.TrimSpace(s), s, d.ID)
		}
		assert.Contains(t, []string{"high", "medium", "low"}, d.Confidence, d.ID)
		assert.NotEmpty(t, d.Vendor, d.ID)
		assert.NotZero(t, d.Year, d.ID)
		assert.Positive(t, d.Memory, d.ID)
		assert.Positive(t, d.MemBandwidth, d.ID)
		assert.NotEmpty(t, d.MemoryLabel, d.ID)
		assert.GreaterOrEqual(t, d.ScaleUp.Domain, 1, d.ID)
		for _, name := range slices.Concat(d.Derived, d.Unsourced) {
			assert.True(t, valid[name], "%s: %s", d.ID, name)
		}
		if d.Price != nil {
			assert.Regexp(t, `^20\d\d-\d\d-\d\d$`, d.Price.Date, d.ID)
		}
		for dt, r := range d.Rates {
			if r.Achievable > 0 {
				assert.NotEmpty(t, r.AchievableSource)
				if r.Achievable > r.Peak {
					assert.Contains(t, r.AchievableSource, "above the listed peak", "%s %v", d.ID, DType(dt))
				}
				assert.Greater(t, float64(r.Achievable), 0.3*float64(r.Peak), "%s %v", d.ID, DType(dt))
			}
			// A slip of a thousand or of FLOP for TFLOP would fall outside.
			if r.Peak > 0 {
				assert.True(t, r.Peak > 5e10 && r.Peak < 1e17, "%s %v %v", d.ID, DType(dt), r.Peak)
			}
		}
		if d.Torus != nil {
			assert.Equal(t, d.ScaleUp.Domain, d.Torus.Largest(), d.ID)
			assert.InDelta(t, float64(d.ScaleUp.Bandwidth), 2*float64(d.Torus.Dims)*float64(d.Torus.LinkBandwidth), 1, d.ID)
		}
	}
}

// An alias means one device, and is not the id of another.
func TestNamesAreUnique(t *testing.T) {
	owner := map[string]string{}
	for _, d := range Default().All() {
		for _, n := range append([]string{d.ID}, d.Aliases...) {
			assert.Empty(t, owner[n], "%q of %s", n, d.ID)
			owner[n] = d.ID
			got, err := Default().Find(strings.ToUpper(strings.ReplaceAll(n, "-", "_")))
			require.NoError(t, err)
			assert.Equal(t, d.ID, got.ID)
			c, err := ParseCluster(Default(), n+"x8")
			if err == nil {
				assert.Equal(t, d.ID, c.Device.ID, "%sx8", n)
			}
		}
	}
}

func TestUnsupportedRate(t *testing.T) {
	for _, tt := range []struct {
		device, dtype, code string
		args                []any
	}{
		// Source: NVIDIA A100 whitepaper: Volta tensor cores take FP16 only; FP8 came with Hopper.
		{"v100", "bf16", "device.no-rate-for-format", []any{"v100-sxm2-32gb", BF16, note.Choice{"fp64", "fp32", "fp16"}}},
		{"a100", "fp8", "device.no-rate-for-format", []any{"a100-sxm4-80gb", FP8, note.Choice{"fp64", "fp32", "tf32", "bf16", "fp16", "int8"}}},
		{"h100", "nvfp4", "device.no-rate-for-format", []any{"h100-sxm5-80gb", FP4, note.Choice{"fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "int8"}}},
		{"wse3", "fp16", "device.no-rate-at-all", []any{"cerebras-wse3", FP16}},
	} {
		dt, err := ParseDType(tt.dtype)
		require.NoError(t, err)
		d := find(t, tt.device)
		r, err := d.Rate(dt)
		var ue *UnsupportedError
		require.ErrorAs(t, err, &ue)
		assert.Zero(t, r)
		assert.Equal(t, dt, ue.DType)
		assert.Equal(t, tt.code, ue.Code())
		assert.Equal(t, tt.args, ue.Args())
		assert.EqualError(t, err, note.NewError(tt.code, tt.args...).Error())
	}
	_, err := find(t, "v100").Rate(NumDTypes)
	assert.Error(t, err)
	_, err = find(t, "v100").Rate(200)
	assert.Error(t, err)
}

func TestParseDType(t *testing.T) {
	for dt := range NumDTypes {
		got, err := ParseDType(strings.ToUpper(dt.String()))
		require.NoError(t, err)
		assert.Equal(t, dt, got)
	}
	for in, want := range map[string]DType{"mxfp8": FP8, "nvfp4": FP4, "mxfp4": FP4, "mxfp6": FP6, "bfloat16": BF16, "half": FP16, " float32 ": FP32, "float8_e4m3fn": FP8} {
		got, err := ParseDType(in)
		require.NoError(t, err)
		assert.Equal(t, want, got, in)
	}
	_, err := ParseDType("fp12")
	assert.Equal(t, note.NewError("format.unknown", "fp12", []string{"fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp6", "fp4"}), err)
	assert.Equal(t, "DType(99)", DType(99).String())
	_, err = ParseKind("fpga")
	assert.Equal(t, note.NewError("device.unknown-kind", "fpga", []string{"gpu", "tpu", "npu", "cpu", "edge", "phone"}), err)
	assert.Equal(t, "Kind(99)", Kind(99).String())
}

func TestNotFound(t *testing.T) {
	for name, near := range map[string]string{
		"h10": "h100", "hh100": "h100", "a100-90g": "a100-40g", "b20": "b200", "rtx-4091": "rtx-4090", "tpu-v5": "tpu-v5e", "mi300": "mi300a", "gaudi": "gaudi2", "jetson": "jetson-orin", "strix": "strix-halo",
	} {
		_, err := Default().Find(name)
		var nf *NotFoundError
		require.ErrorAs(t, err, &nf, name)
		assert.Equal(t, name, nf.Name)
		assert.LessOrEqual(t, len(nf.Suggestions), 3)
		assert.Contains(t, nf.Suggestions, near, name)
		assert.Equal(t, "device.unknown-but-near", nf.Code())
		assert.Equal(t, []any{name, nf.Suggestions}, nf.Args())
		assert.Contains(t, err.Error(), near)
	}
	for _, name := range []string{"", "qwertyuiop", strings.Repeat("h100", 1000), "万", "\xff"} {
		_, err := Default().Find(name)
		var nf *NotFoundError
		require.ErrorAs(t, err, &nf)
		assert.Empty(t, nf.Suggestions, name)
		assert.Equal(t, "device.unknown", nf.Code())
		assert.Len(t, nf.Args(), 1)
		assert.Less(t, len(err.Error()), 300)
	}
}

func TestLinks(t *testing.T) {
	// Source: stas00/ml-engineering@744d01e network/README.md, nccl-tests tables.
	for link, want := range map[string]float64{
		"NVLink3": 234.89 / 300, "NVLink4": 367.61 / 450, "NVLink4 (cut)": 367.61 / 450, "NVLink4 NVLS": 482.26 / 450, "NVLink5": 682. / 900, "NVLink5 NVLS": 845.67 / 900, "xGMI MI300X": 312.9 / 448,
		"EFA P6-B200": 36.95 / 50, "EFA P4d": 78.33 / 15 / 6.25, "no such link": 0.80, "": 0.80,
	} {
		got, source := AchievedBus(link)
		assert.InDelta(t, want, got, 1e-3, link)
		assert.NotEmpty(t, source)
	}
	_, source := AchievedBus("TPU v4 ICI")
	assert.Contains(t, source, "rule of thumb")
	points := AllReduce("NVLink3")
	require.NotEmpty(t, points)
	assert.True(t, slices.IsSortedFunc(points, func(a, b BusPoint) int { return a.Devices - b.Devices }))
	for _, p := range points {
		assert.True(t, p.Share() > 0 && p.Share() < 1, "%+v", p)
	}
	assert.NotEmpty(t, Copies("PCIe 5.0 x16"))
	assert.Nil(t, AllReduce("PCIe 5.0 x16"))

	// A device's link is as fast as its family, unless it is cut or a bridge.
	spec := map[string]quantity.Bandwidth{}
	for _, l := range LinkSpecs() {
		assert.NotEmpty(t, l.Source)
		spec[l.Name] = l.Bandwidth
	}
	for _, d := range Default().All() {
		if bw, ok := spec[d.ScaleUp.Name]; ok {
			assert.InDelta(t, float64(bw), float64(d.ScaleUp.Bandwidth), 1, d.ID)
		}
		if bw, ok := spec[d.HostLink.Name]; ok && d.HostLink.Name != "NVLink-C2C" {
			assert.InDelta(t, float64(bw), float64(d.HostLink.Bandwidth), 1, d.ID)
		}
	}
}

func BenchmarkCatalog(b *testing.B) {
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(devicesCSV) + len(ratesCSV)))
		b.ReportAllocs()
		for b.Loop() {
			c, err := (&Catalog{}).extend(bytes.NewReader(devicesCSV), "devices.csv")
			if err == nil {
				err = c.addRates(ratesCSV)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("find", func(b *testing.B) {
		c := Default()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Find("h100"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

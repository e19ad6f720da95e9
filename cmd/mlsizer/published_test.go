package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/sizing/catalog"
)

func TestPublishedTime(t *testing.T) {
	// Source: arXiv:2211.05100 section 3.3; arXiv:2211.02001 section 4.
	took := report.PublishedTime(catalog.Run{Tokens: 366_000_000_000, Devices: "a100-sxm4-80gb", Count: 384, Days: 118, DeviceHours: 1_082_990}, "")
	assert.Equal(t, "366B tokens on 384 x a100-sxm4-80gb took 118 days, 1.08M device-hours", took.EN)
	assert.Equal(t, "384 x a100-sxm4-80gb，366B token，118 天，1.08M 设备小时", took.ZH)
	// 30.84 million hours of 16,384 devices are 78.4 days. Source: Llama 3.1's
	// model card; arXiv:2407.21783 section 3.3.4 has a snapshot of 54 days.
	took = report.PublishedTime(catalog.Run{Tokens: 15_600_000_000_000, Devices: "h100-sxm5-80gb", Count: 16384, SnapshotDays: 54, DeviceHours: 30_840_000}, "")
	assert.Equal(t, "15.6T tokens on 16384 x h100-sxm5-80gb took 30.8M device-hours, 78.4 days of all devices; the often quoted 54 days are a part of the run", took.EN)
	assert.Equal(t, "16384 x h100-sxm5-80gb，15.6T token，30.8M 设备小时，合全部设备 78.4 天；常被引用的 54 天只是其中一部分", took.ZH)
	took = report.PublishedTime(catalog.Run{DeviceHours: 370_000}, "")
	assert.Equal(t, "took 370K device-hours", took.EN)
}

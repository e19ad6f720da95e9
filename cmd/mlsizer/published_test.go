package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/catalog"
)

func TestPublishedTime(t *testing.T) {
	// Source: arXiv:2407.21783 section 3.3.4 (54 days of the main phase).
	en, zh := publishedTime(catalog.Run{Tokens: 15_600_000_000_000, Devices: "h100-sxm5-80gb", Count: 16384, Days: 54, DeviceHours: 30_840_000}, "")
	assert.Equal(t, "15.6T tokens on 16384 x h100-sxm5-80gb took 54 days, 30.8M device-hours", en)
	assert.Equal(t, "16384 x h100-sxm5-80gb，15.6T token，54 天，30.8M 设备小时", zh)
	en, _ = publishedTime(catalog.Run{DeviceHours: 370_000}, "")
	assert.Equal(t, "took 370K device-hours", en)
}

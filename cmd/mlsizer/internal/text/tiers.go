package text

import (
	"strings"

	"mlsizer/sizing"
)

// tiers are the names that the report gives the tiers.
var tiers = [sizing.NumTiers]Text{
	sizing.Small:     {sizing.Small.String(), "小模型"},
	sizing.Medium:    {sizing.Medium.String(), "中模型"},
	sizing.Large:     {sizing.Large.String(), "大模型"},
	sizing.VeryLarge: {sizing.VeryLarge.String(), "超大模型"},
}

// OfTier is the name of a tier.
func OfTier(t sizing.Tier) Text {
	if t < sizing.NumTiers {
		return tiers[t]
	}
	return Same(t.String())
}

// ParseTier reads the name of a tier in either language.
func ParseTier(s string) (sizing.Tier, error) {
	name := strings.TrimSpace(s)
	for t, n := range tiers {
		if name == n.ZH {
			return sizing.Tier(t), nil
		}
	}
	return sizing.ParseTier(s)
}

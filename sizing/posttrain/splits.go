package posttrain

import "slices"

// Splits lists how many of the devices may only generate: none, an eighth, a
// quarter, a half and three quarters.
func Splits(devices int) []int {
	var list []int
	for _, eighths := range []int{0, 1, 2, 4, 6} {
		if n := devices * eighths / 8; !slices.Contains(list, n) && n < devices {
			list = append(list, n)
		}
	}
	return list
}

package efficiency

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// Release is the first two numbers of a program's release: 4.45 comes after
// 4.5.
type Release struct{ Major, Minor int }

var releaseNumber = regexp.MustCompile(`(?:^|[ v])(\d{1,4})\.(\d{1,4})(?:\D|$)`)

// ParseRelease reads the release at the start of a version or after a name:
// "4.51.3", "vLLM 0.10.0, RHEL 9.6", "0.5.8+". It is false for a date or the
// number of a build.
func ParseRelease(version string) (Release, bool) {
	m := releaseNumber.FindStringSubmatch(version)
	if m == nil {
		return Release{}, false
	}
	major, _ := strconv.Atoi(m[1]) // four digits at most
	minor, _ := strconv.Atoi(m[2])
	return Release{major, minor}, true
}

// Compare is negative if r came before o, 0 if they are one.
func (r Release) Compare(o Release) int {
	return cmp.Or(cmp.Compare(r.Major, o.Major), cmp.Compare(r.Minor, o.Minor))
}

// String is "0.4".
func (r Release) String() string { return fmt.Sprintf("%d.%d", r.Major, r.Minor) }

// UnmarshalText reads "0.4".
func (r *Release) UnmarshalText(text []byte) error {
	var ok bool
	if *r, ok = ParseRelease(string(text)); !ok {
		return strconv.ErrSyntax
	}
	return nil
}

// DatedRelease is the first release of a generation.
type DatedRelease struct {
	Since Release `json:"since"`
	Year  int     `json:"year"`
}

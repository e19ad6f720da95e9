package version

import (
	"os"
	"regexp"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBuild(t *testing.T) {
	platform := []debug.BuildSetting{{Key: "GOOS", Value: "linux"}, {Key: "GOARCH", Value: "arm64"}}
	for _, tt := range []struct {
		name     string
		settings []debug.BuildSetting
		want     []string
	}{
		{"no commit", nil, []string{"go1.26.0", "linux/arm64"}},
		{"a commit", []debug.BuildSetting{{Key: "vcs.revision", Value: "86e537b3de4f00112233"}, {Key: "vcs.modified", Value: "false"}}, []string{"86e537b3de4f", "go1.26.0", "linux/arm64"}},
		{"changed since", []debug.BuildSetting{{Key: "vcs.revision", Value: "86e537b"}, {Key: "vcs.modified", Value: "true"}}, []string{"86e537b+dirty", "go1.26.0", "linux/arm64"}},
	} {
		info := &debug.BuildInfo{GoVersion: "go1.26.0", Settings: append(tt.settings, platform...)}
		assert.Equal(t, tt.want, build(info), tt.name)
	}
}

func TestLine(t *testing.T) {
	assert.Regexp(t, `^`+regexp.QuoteMeta(Number)+` \(.*go1\.\d+.*, \w+/\w+\)$`, Line())
}

// The version is the newest of the change log, and nothing but a version.
func TestChangelog(t *testing.T) {
	assert.Regexp(t, `^\d+\.\d+\.\d+$`, Number)
	log, err := os.ReadFile("../../../../CHANGELOG.md")
	require.NoError(t, err)
	newest := regexp.MustCompile(`(?m)^## \[(\d[^\]]*)\] - (\d{4}-\d\d-\d\d)$`).FindSubmatch(log)
	require.NotNil(t, newest, "no version in CHANGELOG.md")
	assert.Equal(t, Number, string(newest[1]))
}

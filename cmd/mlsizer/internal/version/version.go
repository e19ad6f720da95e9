// Package version holds the version of the program.
package version

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// Number is the version, without a v. A build may set another:
//
//	go build -ldflags '-X mlsizer/cmd/mlsizer/internal/version.Number=0.1.1' ./cmd/mlsizer
var Number = "0.1.0"

// Line is the version and how the program was built: "0.1.0 (86e537b3de4f,
// go1.26.0, linux/amd64)".
func Line() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Number
	}
	return Number + " (" + strings.Join(build(info), ", ") + ")"
}

// build lists the commit, if it is known, the version of Go and the platform.
func build(info *debug.BuildInfo) []string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	var list []string
	if commit := settings["vcs.revision"]; commit != "" {
		commit = commit[:min(len(commit), 12)]
		if settings["vcs.modified"] == "true" {
			commit += "+dirty"
		}
		list = append(list, commit)
	}
	return append(list, info.GoVersion, fmt.Sprintf("%s/%s", settings["GOOS"], settings["GOARCH"]))
}

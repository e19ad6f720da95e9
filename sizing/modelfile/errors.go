package modelfile

import (
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/hub"
	"mlsizer/sizing/modelfile/source"
)

// The errors of Open, as the packages of the formats define them.
type (
	// FormatError is the error of a file whose bytes are not what its format
	// demands.
	FormatError = source.FormatError
	// ConfigError is the error of a config.json.
	ConfigError = config.Error
	// HubError is the error of a repository that could not be read.
	HubError = hub.Error
)

// ErrNotModelled is the cause of a refusal: the file is well-formed, but what
// it describes cannot be counted exactly.
var ErrNotModelled = config.ErrNotModelled

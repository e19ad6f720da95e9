package report

import "mlsizer/cmd/mlsizer/internal/version"

// Schema names the shape of every JSON answer.
const Schema = "mlsizer/v1"

// Head is what every JSON answer begins with.
type Head struct {
	Schema  string `json:"schema"`
	Command string `json:"command"`
	// Version is that of the program: constants, catalogues and prices come
	// with it, so that an answer is reproduced by the same version.
	Version string `json:"version"`
}

// NewHead is the head of a command's answer.
func NewHead(command string) Head { return Head{Schema, command, version.Number} }

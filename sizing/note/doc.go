// Package note holds what an answer says beside its numbers, as data: errors,
// assumptions and derivations are codes and values, never sentences.
package note

package config

import (
	"slices"
	"strings"

	"mlsizer/sizing/model"
)

// embeddingClass reports whether a file of a decoder that transformers has
// itself brings code for its base model: so do embedding models, which were
// trained from a language model and store no head though their class names one.
// Code of a family of its own comes with a config class.
func embeddingClass(top *object) bool {
	v, _ := top.get("auto_map")
	classes, _ := v.(*object)
	if classes == nil || classes.has("AutoConfig") {
		return false
	}
	base, _ := classes.get("AutoModel")
	name, _ := base.(string)
	return strings.HasSuffix(name, "Model")
}

// headScope says that the head is counted and may not be there.
const headScope = "with an output head, which an embedding checkpoint does not store"

// isHead tells an output head with weights of its own.
func isHead(b model.Block) bool {
	l, ok := b.(model.Linear)
	return ok && l.Head && !l.Tied
}

// hasHead reports whether a model stores an output head of its own.
func hasHead(m *model.Model) bool {
	return slices.ContainsFunc(m.Groups, func(g model.Group) bool { return slices.ContainsFunc(g.Blocks, isHead) })
}

// DropHead takes the output head off a model of embeddings.
func (c *Config) DropHead() {
	if !hasHead(c.Model) {
		return
	}
	for i, g := range c.Model.Groups {
		c.Model.Groups[i].Blocks = slices.DeleteFunc(slices.Clone(g.Blocks), isHead)
	}
	c.Model.Groups = slices.DeleteFunc(c.Model.Groups, func(g model.Group) bool { return len(g.Blocks) == 0 })
	c.Model.Vocab = 0
	if c.HeadDoubtful {
		c.HeadDoubtful = false
		c.Model.Scope = strings.TrimSuffix(strings.TrimSuffix(c.Model.Scope, headScope), "; ")
	}
}

package launch

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// maxKeys and maxNesting bound what a mapping may hold.
const (
	maxKeys    = 10000
	maxNesting = 20
)

// mapping reads YAML or JSON, which is YAML but for its tabs: keys with dots
// between the levels. ok is false where the text is no mapping.
func mapping(data []byte) (list []*entry, ok bool) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" "))
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return nil, false
	}
	flatten(root.Content[0], "", 0, &list)
	return list, true
}

// flatten adds the entries of a mapping.
func flatten(n *yaml.Node, under string, depth int, list *[]*entry) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if len(*list) >= maxKeys {
			return
		}
		key, v := under+n.Content[i].Value, n.Content[i+1]
		switch {
		case v.Kind == yaml.MappingNode && depth < maxNesting && len(v.Content) > 0:
			flatten(v, key+".", depth+1, list)
		case v.Kind == yaml.SequenceNode:
			e := &entry{key: key, line: n.Content[i].Line}
			for _, item := range v.Content {
				if item.Kind == yaml.ScalarNode {
					e.values = append(e.values, word{text: item.Value})
				} else {
					e.values = append(e.values, word{text: "…"})
				}
			}
			*list = append(*list, e)
		case v.Kind == yaml.ScalarNode && (v.Tag == "!!null" || v.Value == ""):
			// a key without a value is as if it were not there
		case v.Kind == yaml.ScalarNode:
			*list = append(*list, &entry{key: key, values: []word{{text: v.Value}}, line: n.Content[i].Line})
		default:
			*list = append(*list, &entry{key: key, values: []word{{text: "…", open: "…"}}, line: n.Content[i].Line})
		}
	}
}

package serve

import (
	"fmt"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Layout is how a model is divided over the devices that serve it.
type Layout struct {
	TP int `json:"tp"`
	PP int `json:"pp"`
	// EP divides the routed experts further than TP does.
	EP int `json:"ep"`
	// Replicas serve requests independently.
	Replicas int `json:"replicas"`
}

// Devices is the number of devices of all replicas.
func (l *Layout) Devices() int { return l.TP * l.PP * l.Replicas * l.EP }

// String is "tp 4, pp 2, 1 replica".
func (l *Layout) String() string {
	s := fmt.Sprintf("tp %d", l.TP)
	if l.PP > 1 {
		s += fmt.Sprintf(", pp %d", l.PP)
	}
	if l.EP > 1 {
		s += fmt.Sprintf(", ep %d", l.EP)
	}
	if l.Replicas > 1 {
		s += fmt.Sprintf(", %d replicas", l.Replicas)
	}
	return s
}

// complete fills in the open dimensions so that count devices are used: tensor
// parallel within a scale-up domain for runtimes that divide tensors, pipeline
// stages for the others. EP shares the devices of TP for experts in vLLM and
// similar runtimes, so it is only what the user fixes.
func (l Layout) complete(m *model.Model, r *Runtime, c *hardware.Cluster) (Layout, error) {
	n := c.Count
	for _, d := range []int{l.TP, l.PP, l.EP, l.Replicas} {
		if d < 0 {
			return l, note.FieldError("tp", "layout.negative", d)
		}
	}
	fixed := max(l.TP, 1) * max(l.PP, 1) * max(l.EP, 1) * max(l.Replicas, 1)
	if fixed > n || n%fixed != 0 {
		flag := "tp"
		if l.TP <= 1 && l.PP > 1 {
			flag = "pp"
		} else if l.TP <= 1 && l.EP > 1 {
			flag = "ep"
		}
		return l, note.FieldError(flag, "layout.serving-must-divide-devices", max(l.TP, 1), max(l.PP, 1), max(l.EP, 1), n)
	}
	if l.EP > 1 && !m.HasExperts() {
		return l, note.FieldError("ep", "layout.no-experts-to-divide", l.EP, m.Name)
	}
	left := n / fixed
	l.EP = max(l.EP, 1)
	if l.TP == 0 {
		l.TP = 1
		if r.Layout == "tensor" {
			domain := max(c.DevicesPerNode, c.Domain())
			unit := m.TensorUnit()
			for t := 2; t <= left && t <= domain; t++ {
				if left%t == 0 && unit > 0 && unit%int64(t) == 0 {
					l.TP = t
				}
			}
			left /= l.TP
		}
	}
	if l.PP == 0 {
		l.PP = 1
		if l.Replicas == 0 { // as many as the layers allow
			for l.PP = min(left, max(m.Layers(), 1)); left%l.PP != 0; l.PP-- {
			}
			left /= l.PP
		}
	}
	if l.Replicas == 0 {
		l.Replicas, left = left, 1
	}
	if left != 1 {
		return l, note.FieldError("tp", "layout.serving-must-use-all-devices", l.String(), l.Devices(), n)
	}
	if unit := m.TensorUnit(); l.TP > 1 && unit > 0 && unit%int64(l.TP) != 0 && !r.PadsHeads {
		return l, note.FieldError("tp", "layout.tp-must-divide-heads-of", l.TP, m.Name, unit)
	}
	if l.PP > max(m.Layers(), 1) {
		return l, note.FieldError("pp", "layout.more-stages-than-layers", l.PP, m.Layers())
	}
	return l, nil
}

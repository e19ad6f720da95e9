package catalog

import "mlsizer/sizing/model"

// Atari frames as agents see them: four of 84 x 84, and the full set of 18
// actions. Source: Mnih et al. 2015, Methods.
const (
	atariSide    = 84
	atariFrames  = 4
	atariActions = 18
)

// dqn is the network of the Nature paper.
//
// Source: Mnih et al. 2015, Human-level control through deep reinforcement
// learning, Methods, "Model architecture".
func dqn() *model.Model {
	n := image(atariFrames, atariSide)
	n.group("convolutions")
	n.conv(square(32, 8, 4).unpadded().biased())
	n.conv(square(64, 4, 2).unpadded().biased())
	n.conv(square(64, 3, 1).unpadded().biased())
	n.group("hidden")
	n.linear("hidden", n.c*n.h*n.w, 512)
	m := n.classifier(512, atariActions)
	m.Family, m.Unit = "dqn", "frame"
	return m
}

// a3c is the actor-critic network, feed-forward or with an LSTM of 256 cells
// after the hidden layer: a policy over the actions and one value.
//
// Source: arXiv:1602.01783 section 8; arXiv:1312.5602 section 4.1.
func a3c(lstm bool) *model.Model {
	n := image(atariFrames, atariSide)
	n.group("convolutions")
	n.conv(square(16, 8, 4).unpadded().biased())
	n.conv(square(32, 4, 2).unpadded().biased())
	n.group("hidden")
	n.linear("hidden", n.c*n.h*n.w, 256)
	if lstm {
		n.group("lstm")
		n.blocks = append(n.blocks, model.LSTM{In: 256, Hidden: 256, Biases: 1})
	}
	m := n.classifier(256, atariActions)
	head := &m.Groups[len(m.Groups)-1]
	head.Blocks = append(head.Blocks, model.Linear{Name: "value", In: 256, Out: 1, Bias: true})
	m.Family, m.Unit = "a3c", "frame"
	return m
}

// alphaGoZero is the network of AlphaGo Zero with a number of residual blocks
// of 256 channels on a 19 x 19 board.
//
// Source: Silver et al. 2017, Mastering the game of Go without human
// knowledge, Methods, "Neural network architecture".
func alphaGoZero(blocks int) *model.Model {
	const board, planes, width = 19, 17, 256
	n := image(planes, board)
	n.group("stem")
	n.conv(square(width, 3, 1).normedWithBias())
	for range blocks {
		n.group("tower")
		n.conv(square(width, 3, 1).normedWithBias())
		n.conv(square(width, 3, 1).normedWithBias())
	}
	n.group("policy")
	n.branch(func() {
		n.conv(square(2, 1, 1).normedWithBias())
		n.linear("policy", 2*board*board, board*board+1)
	})
	n.group("value")
	n.conv(square(1, 1, 1).normedWithBias())
	n.linear("value hidden", board*board, width)
	n.linear("value", width, 1)
	m := n.model("position")
	for i := range m.Groups {
		if name := m.Groups[i].Name; name == "policy" || name == "value" {
			m.Groups[i].Place = model.Output
		}
	}
	m.Family = "alphago"
	return m
}

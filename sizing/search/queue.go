package search

// queue is a heap of nodes, the lowest bound first. Most nodes are never taken
// out, so sorting them all would be wasted.
type queue []node

func (q queue) init() {
	for i := len(q)/2 - 1; i >= 0; i-- {
		q.down(i)
	}
}

// pop takes out the node with the lowest bound.
func (q *queue) pop() (node, bool) {
	h := *q
	n := len(h)
	if n == 0 {
		return node{}, false
	}
	top := h[0]
	h[0] = h[n-1]
	*q = h[:n-1]
	q.down(0)
	return top, true
}

func (q queue) down(i int) {
	for {
		least, left := i, 2*i+1
		if left < len(q) && q[left].floor < q[least].floor {
			least = left
		}
		if right := left + 1; right < len(q) && q[right].floor < q[least].floor {
			least = right
		}
		if least == i {
			return
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}

package model

// Launches is the number of operations of a block in a pass over prompts
// without a recorded graph. Norms with the sum before them, cache writes and
// activations are one each.
// Source: the modules of vllm-project/vllm vllm/model_executor/models (llama.py,
// qwen3_moe.py, deepseek_v2.py, qwen3_next.py, mamba2.py) and
// layers/fused_moe/fused_moe.py.
type Launches struct {
	Operations float64
	// Products is how many of the operations are products with weights.
	Products float64
}

// Package serve estimates inference of a model on a cluster: weights, KV cache and
// activations per device, prompt and decode rates, time to first token, and what
// would fit where a request does not. It knows nothing of training.
package serve

// Headers of model files, made for tests.

/** The header of a GGUF file: a llama of one layer in fp32, with a tokenizer of two tokens; size is that of the whole file. */
export function gguf() {
  const parts = [];
  const put = (n, bytes) => { const b = Buffer.alloc(bytes); if (bytes === 8) b.writeBigUInt64LE(BigInt(n)); else b.writeUInt32LE(n); parts.push(b); };
  const text = (s) => { put(s.length, 8); parts.push(Buffer.from(s)); };
  const hyper = { block_count: 1, context_length: 2048, embedding_length: 256, feed_forward_length: 512, 'attention.head_count': 4, 'attention.head_count_kv': 2 };
  const tensors = {
    'token_embd.weight': [256, 100], 'blk.0.attn_norm.weight': [256], 'blk.0.attn_q.weight': [256, 256], 'blk.0.attn_k.weight': [256, 128], 'blk.0.attn_v.weight': [256, 128],
    'blk.0.attn_output.weight': [256, 256], 'blk.0.ffn_norm.weight': [256], 'blk.0.ffn_gate.weight': [256, 512], 'blk.0.ffn_up.weight': [256, 512], 'blk.0.ffn_down.weight': [512, 256], 'output_norm.weight': [256],
  };
  parts.push(Buffer.from('GGUF'));
  put(3, 4); put(Object.keys(tensors).length, 8); put(Object.keys(hyper).length + 2, 8);
  text('general.architecture'); put(8, 4); text('llama');
  for (const [key, n] of Object.entries(hyper)) { text(`llama.${key}`); put(4, 4); put(n, 4); }
  text('tokenizer.ggml.tokens'); put(9, 4); put(8, 4); put(2, 8); text('a'); text('bc');
  let at = 0;
  for (const [name, dims] of Object.entries(tensors)) {
    text(name); put(dims.length, 4);
    dims.forEach((n) => put(n, 8));
    put(0, 4); put(at, 8);
    at += 4 * dims.reduce((a, b) => a * b);
  }
  const header = Buffer.concat(parts);
  return { header, size: Math.ceil(header.length / 32) * 32 + at };
}

// Package evidence holds published measurements of training and serving and says
// how well the estimates match them: rows in one schema for each, predictions for
// them, scores by source, and the fitting of constants.
//
// # Columns of training
//
// A file of measurements is CSV with a header and a row per measurement. Shipped
// files and those of a user are read the same way. A blank cell is unknown; a
// column that is missing is blank; other columns are ignored. Counts are whole
// numbers, and yes and no are 1 and 0.
//
//   - id, source, source_ref (repository, commit, file and line; or paper and
//     table), quality.
//   - The model: model (a catalogue name, with or without the source's words behind
//     it), or its shape: family, layers, hidden, ffn, gated, heads, kv_heads,
//     head_dim, vocab, tied, experts, top_k, expert_ffn, params_total.
//   - The work: seq_len, micro_batch and global_batch in sequences, optimizer,
//     tokens_total; method (full, lora, qlora, dora, qdora or another adapter; blank:
//     pre-training) with lora_rank, lora_targets (names of modules, spaces between),
//     trainable_params and double_quantised.
//   - The machine: device, num_devices, devices_per_node, internode_gbit_per_node,
//     slices (of a torus).
//   - The software: stack, release, precision, precision_detail, compile, async_tp,
//     schedule, attention (flash, fused or unfused), fp32_accumulation (gradients are
//     summed in fp32 beside those in the compute precision), and options, a JSON
//     object of the options that Megatron-LM was launched with, by their names
//     without dashes and with their values as strings. {} says that all are at their
//     defaults.
//   - The layout: tp, sp, pp, vp, cp, ep, dp, sharding (none, zero1, zero2, zero3),
//     recompute (none, selective, full, or one of these with -offload), cpu_offload.
//   - A step: step_seconds, tokens_per_second_per_device, or tflops_per_device with
//     flops_convention (hardware-full-attention, model-full-attention, model-causal);
//     mfu.
//   - Memory: peak_mem_gib, or OOM, with mem_definition (allocated or reserved, as
//     PyTorch says; driver, as the device's tool says; blank: allocated) and
//     last_stage (of the last pipeline stage, not the fullest).
//   - A run: device_hours, samples, training_flops, whole_run (the time to train as a
//     benchmark defines it, evaluation included), base_model (which it tunes; its
//     compute is part of training_flops), domain (Language, Vision, …), image_pixels
//     (width of its images).
//   - note: prose for people. Nothing reads it.
//
// The recompute of a row is that of the run. The rows of vTrain say none, though its
// simulator recomputes on every stage but the last, and its source does not state it
// of the measured runs. Those did not recompute: with 18 billion parameters on 256
// A100 one stage (which is the last) took 10.45 s and two took 10.43 s; and with
// recompute the products of a 2,048-wide layer would have to run at 243 TFLOP/s,
// attention at a head dimension of 128 included, where the best large product
// measured reaches 268.
//
// # Columns of serving
//
//   - id, source, source_ref, quality; model, params_total, params_active; weights and
//     kv_dtype (how they are stored).
//   - device, num_devices, tp, pp; runtime, runtime_version, date (2025-08), backend
//     (vulkan), flash_attention (on, off), ubatch (tokens of a physical batch of
//     llama.cpp), mla_attention (its fork's form of latent attention: 0 expanded, 1
//     to 3).
//   - batch_or_concurrency (sequences, or max: the engine chooses), input_tokens,
//     output_tokens, depth_tokens (in the cache before), phase (prefill, decode,
//     end_to_end_output, total), task and scenario (of MLPerf Inference: llama2-70b;
//     offline, server, interactive), requests and requests_per_second (of an open
//     test), random_lengths (prompts and answers of random lengths; medians).
//   - tokens_per_second over all devices and sequences, ttft_s, figure_kind (what
//     was measured: measured, ttft+tpot or ttft).
//   - context_tokens, peak_mem_gib with mem_definition (kv-cache, kv-pool, weights,
//     torch-allocated, process, device-rise, start-up-ledger, budget), weights_gib,
//     kv_gib, compute_buffer_gib.
//   - note: prose for people. Nothing reads it.
//
// # Older files
//
// A file of training without a column of options, or of serving without one of
// ubatch, is of the older form: it states launch options as key=value in its note
// and other facts there in fixed phrases, and spells method, mem_definition and
// figure_kind as its source does. They are moved into the columns above when the
// file is read.
package evidence

package launch

import (
	"strings"

	"mlsizer/sizing/note"
)

// trainingArguments are the keys that transformers.TrainingArguments, LLaMA-Factory
// and axolotl have of data, logs and learning rates, which cost nothing.
var trainingArguments = []string{"learning_rate", "lr_*", "warmup*", "weight_decay", "adam_*", "max_grad_norm", "logging*", "save*", "output_dir", "report_to", "overwrite_*", "plot_loss", "seed", "data_seed", "dataset*", "template", "preprocessing_num_workers", "dataloader_*", "ddp_timeout", "resume_from_checkpoint", "wandb_*", "mlflow_*", "hub_*", "push_*", "val_set_size", "eval*", "evals_*", "per_device_eval_batch_size", "trust_remote_code", "do_*", "stage", "tokenizer*", "special_tokens*", "tokens", "model_type", "base_model_config", "strict", "group_by_length", "train_on_inputs", "early_stopping_patience", "local_rank", "local-rank", "debug", "flash_attention", "flash_attn", "attn_implementation", "max_samples", "cutoff*", "sample_packing*", "pad_to_sequence_len", "eval_sample_packing", "xformers_attention", "chat_template*", "remove_unused_columns", "loss_watchdog_*", "rope_*", "lora_alpha", "lora_dropout", "lora_fan_in_fan_out", "lora_model_dir", "lora_modules_to_save", "gradient_checkpointing_kwargs*", "ddp*", "use_cache", "include_*", "disable_tqdm", "cosine_*", "enable_liger_kernel", "plugins", "load_in_8bit", "optim_args", "adapter_name_or_path", "save_*", "bf16_full_eval", "shuffle*", "streaming", "media_dir", "image_*", "video_*"}

// optimizersHF are the names of transformers.
// Source: huggingface/transformers src/transformers/training_args.py (OptimizerNames).
var optimizersHF = map[string]string{
	"adamw_torch": "adamw", "adamw_torch_fused": "adamw", "adamw_hf": "adamw", "adamw_apex_fused": "adamw", "adamw": "adamw", "adamw_anyprecision": "adamw",
	"adamw_bnb_8bit": "adam8bit", "adamw_8bit": "adam8bit", "paged_adamw_8bit": "adam8bit", "paged_adamw_32bit": "adamw",
	"adafactor": "adafactor", "lion_32bit": "lion", "paged_lion_32bit": "lion", "muon": "muon", "sgd": "sgd",
}

// axolotlFormat is the YAML of axolotl.
var axolotlFormat = &format{
	is: func(b *builder) bool { return b.has("base_model") }, harmless: trainingArguments,
	read: func(b *builder) {
		b.set("stack", "axolotl", nil)
		b.trainer("micro_batch_size", "sequence_len", "num_epochs", "optimizer")
		b.named("base_model")
		four := b.is("load_in_4bit")
		adapter, e, _ := b.word("adapter")
		switch {
		case adapter == "qlora" || adapter == "lora" && four:
			b.set("method", "qlora", e)
		case adapter == "lora":
			b.set("method", "lora", e)
		case adapter == "":
			b.set("method", "full", nil)
		default:
			b.unknown(e)
		}
		b.adapter(adapter != "", "lora_r")
		if b.is("lora_target_linear") {
			b.set("lora-targets", "all-linear", b.find("lora_target_linear"))
		} else {
			b.targets("lora_target_modules")
		}
		b.fsdp()
	},
}

// transformersFormat is the YAML of LLaMA-Factory, and the TrainingArguments of a
// command line, whose names it has.
var transformersFormat = &format{
	is: func(b *builder) bool {
		return b.has("model_name_or_path", "per_device_train_batch_size", "finetuning_type")
	},
	harmless: trainingArguments,
	read: func(b *builder) {
		b.set("stack", "transformers-peft", nil)
		seq := "max_seq_length"
		if b.has("cutoff_len") {
			seq = "cutoff_len"
		}
		b.trainer("per_device_train_batch_size", seq, "num_train_epochs", "optim")
		b.named("model_name_or_path")
		bits, quantised := b.count("quantization_bit")
		kind, e, _ := b.word("finetuning_type")
		lora := kind == "lora" || b.is("use_peft")
		switch {
		case lora && bits == 4:
			b.set("method", "qlora", quantised)
		case lora:
			b.set("method", "lora", e)
		case kind == "" || kind == "full":
			b.set("method", "full", e)
		default:
			b.unknown(e)
		}
		if bits > 0 && bits != 4 {
			b.unknown(quantised)
		}
		b.adapter(lora, "lora_rank")
		b.targets("lora_target")
		b.fsdp()
	},
}

// trainer reads what all trainers have under names of their own.
func (b *builder) trainer(micro, seq, epochs, optimizer string) {
	b.undivided("tp", "pp", "cp", "ep")
	b.micro = b.takes("micro-batch", micro, "")
	b.accumulation, _ = b.count("gradient_accumulation_steps")
	b.seq = b.takes("seq", seq, "")
	b.steps, _ = b.count("max_steps")
	if s, e, ok := b.word(epochs); ok {
		b.Notes = append(b.Notes, note.New("import.epochs", "", b.Name, e.line, s))
	}
	b.choose("optimizer", optimizer, optimizersHF)
	b.precisions()
	if b.is("gradient_checkpointing") {
		b.set("recompute", "full", b.find("gradient_checkpointing"))
	} else {
		b.set("recompute", "none", nil)
	}
	if e := b.find("deepspeed"); e != nil && len(e.values) > 0 {
		b.Notes = append(b.Notes, note.New("import.other-file", "", b.Name, e.line, e.key, clip(e.values[0].text)))
	}
}

// precisions are bf16, fp16 and tf32, of which one may be "auto".
func (b *builder) precisions() {
	for _, p := range []string{"bf16", "fp16"} {
		if b.is(p) {
			b.set("precision", p, b.find(p))
			return
		}
	}
	if b.is("pure_bf16") {
		b.set("precision", "bf16", b.find("pure_bf16"))
	}
	b.find("tf32")
}

// named is the model of a repository's name.
func (b *builder) named(key string) {
	if s, _, ok := b.word(key); ok {
		b.Model = s
		if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~") || strings.HasPrefix(s, "hf:") {
			b.Model = "" // a file of another machine
			b.unknown(b.find(key))
		}
	}
}

// adapter is the rank of LoRA.
func (b *builder) adapter(adapts bool, rank string) {
	if adapts {
		b.takes("lora-rank", rank, "")
	} else {
		b.find(rank)
	}
	b.find("load_in_4bit")
}

// targets are the matrices with adapters.
func (b *builder) targets(key string) {
	e := b.find(key)
	switch {
	case e == nil || len(e.values) == 0:
	case len(e.values) == 1 && (e.values[0].text == "all" || e.values[0].text == "all-linear"):
		b.set("lora-targets", "all-linear", e)
	default:
		b.set("lora-targets", joinWords(e), e)
	}
}

// fsdp is full sharding, where it is asked for.
func (b *builder) fsdp() {
	e := b.find("fsdp")
	switch s := ""; {
	case e == nil || len(e.values) == 0:
	default:
		for _, w := range e.values {
			s += " " + w.text
		}
		switch {
		case strings.Contains(s, "full_shard"):
			b.set("sharding", "zero3", e)
		case strings.Contains(s, "shard_grad_op"):
			b.set("sharding", "zero2", e)
		default:
			b.unknown(e)
		}
	}
}

package text

// What is wrong with a question about fine-tuning, trials or a teacher.
var (
	ModulesOfSelective  = T("--recompute-modules %s: they are for selective recompute, not recompute %s (want --recompute selective)", "--recompute-modules %s：用于选择性重计算，不用于重计算 %s（应为 --recompute selective）")
	FractionNeedsTrials = T("--trial-fraction needs --trials", "--trial-fraction 需要 --trials")
	ParallelNeedsTrials = T("--parallel-trials needs --trials", "--parallel-trials 需要 --trials")
	ForLoRA             = T("--lora-rank, --lora-targets and --dora are for --method lora or qlora", "--lora-rank、--lora-targets 与 --dora 用于 --method lora 或 qlora")
	ForOffload          = T("--nvme-bandwidth is for state that is offloaded (want --offload-optimizer or --offload-params too)", "--nvme-bandwidth 用于卸载的状态（还应给出 --offload-optimizer 或 --offload-params）")
	SeveralMethods      = T("--method %s: %d methods (%s takes one, compare takes several)", "--method %s：%d 种方法（%s 只取一种，compare 可取多种）")
	NeedsExamples       = T("--%s needs --examples", "--%s 需要 --examples")
	ExamplesOfTuning    = T("--examples are for fine-tuning (want --method full, lora or qlora)", "--examples 用于微调（应为 --method full、lora 或 qlora）")
	NeedsTeacher        = T("--%s needs --teacher", "--%s 需要 --teacher")
	NoPlanWithTeacher   = T("--teacher: plan does not search layouts with a teacher (want estimate)", "--teacher：plan 不查找带教师模型的布局（应用 estimate）")
)

package text

// Memory by the moment of a step.
var (
	MomentsOf      = T("memory by phase: stage %d of %d", "各阶段显存：第 %d 段，共 %d 段")
	MomentsByStage = T("memory by phase: all stages", "各阶段显存：全部流水线段")
	PipelineStage  = T("stage", "流水线段")
	PeakMoment     = T("%s (peak)", "%s（峰值）")
)

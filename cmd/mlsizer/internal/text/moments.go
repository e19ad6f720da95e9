package text

// Memory by the moment of a step.
var (
	MomentsOf      = T("memory by moment: stage %d of %d", "按时刻的显存：第 %d 级，共 %d 级")
	MomentsByStage = T("memory by moment: all stages", "按时刻的显存：各级合计")
	PipelineStage  = T("stage", "级")
	PeakMoment     = T("%s (peak)", "%s（峰值）")
)

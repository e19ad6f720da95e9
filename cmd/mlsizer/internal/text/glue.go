package text

// How parts are joined.
var (
	Join       = T("%v, %v", "%v，%v")
	InBrackets = T("%v (%v)", "%v（%v）")
	StackOn    = T("%s on %s", "%s（%s）")
	OnSays     = T("%s on %s: %s", "%s，%s：%s")
	PlainOn    = T("%s on %s", "%s，%s")
	Or         = T("%v or %v", "%v 或 %v")
	Semicolon  = T("%v; %v", "%v；%v")
	Colon      = T("%s: %s", "%s：%s")
	At         = T("%s at %s", "%s，%s")
)

// Words of tables.
var (
	LeftOut = T("left out to fit the width: ", "因宽度不足而省略：")
	Comma   = T(", ", "、")
	OrLast  = T(" or ", " 或 ")
	// MoreInAll ends a list that is not shown whole.
	MoreInAll = T("… %d in all", "…，共 %d 项")
)

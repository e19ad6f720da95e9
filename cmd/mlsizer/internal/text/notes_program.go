package text

// programNotes are the program's own notes, by key.
var programNotes = map[string]Text{
	"assumed":            T("%s not given: %s", "未指定 %s：取 %s"),
	"images.other-sizes": T("%s: others take other numbers of tokens", "%s：其他尺寸的 token 数不同"),
	"images.tower":       T("the tower is read from the config; one that takes any resolution, for images of 672 x 672", "图像塔取自配置；任意分辨率者按 672 x 672 的图像计"),
	"published":          T("published training run: %v", "已公布的训练：%v"),
}

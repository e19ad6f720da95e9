package text

// programNotes are the program's own notes, by key.
var programNotes = map[string]Text{
	"assumed":            T("%s not given: %s", "未指定 %s：取 %s"),
	"images.other-sizes": T("%s: images of other sizes take other numbers of tokens", "%s：其他尺寸的图像 token 数不同"),
	"images.tower":       T("the image tower is read from the config; towers of any resolution are evaluated on images of 672 x 672", "图像塔取自配置；支持任意分辨率者按 672 x 672 的图像计"),
	"published":          T("published training run: %v", "已公布的训练：%v"),
}

package text

import (
	"strings"

	"mlsizer/sizing/model"
)

// scopeWords are the phrases that scopes are made of, the longer ones first.
var scopeWords = strings.NewReplacer(
	"language model; not counted: ", "语言模型；不计：",
	"text model", "文本模型",
	"vision tower and multi-token-prediction layer not counted", "不计视觉塔与多 token 预测层",
	"vision tower not counted", "不计视觉塔",
	"multi-token-prediction layers not counted", "不计多 token 预测层",
	"multi-token-prediction layer not counted", "不计多 token 预测层",
	"tables of experts by token counted", "计入按 token 选专家的表",
	" multi-token-prediction layers", " 个多 token 预测层", " multi-token-prediction layer", " 个多 token 预测层",
	"keys not understood: ", "未知的键：",
	"with an output head, which an embedding checkpoint does not store", "含输出头，而嵌入模型的检查点不存储它",
	"vision tower", "视觉塔", "audio tower", "音频塔", "speech decoder", "语音解码器", "vocoder", "声码器",
	"; ", "；", ", ", "，",
)

// OfScope is what of a model its count takes in.
func OfScope(scope string) Text { return Text{scope, scopeWords.Replace(scope)} }

// scopeIn is a scope in a language.
func scopeIn(s model.Scope, l Lang) string { return OfScope(string(s)).In(l) }

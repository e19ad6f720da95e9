package text

import (
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
)

// foreign are errors of the standard library that the program meets often, and
// their words. In English they keep their own.
var foreign = []struct {
	err   error
	words Text
}{
	{csv.ErrFieldCount, T("wrong number of fields", "字段数不对")},
	{csv.ErrQuote, T(`extraneous or missing " in quoted-field`, "引号字段中多出或缺少引号")},
	{csv.ErrBareQuote, T(`bare " in non-quoted-field`, "未加引号的字段中含引号")},
	{io.ErrUnexpectedEOF, T("unexpected EOF", "文件意外结束")},
	{fs.ErrNotExist, T("no such file", "没有这样的文件")},
	{fs.ErrExist, T("the file exists", "文件已存在")},
	{fs.ErrPermission, T("permission denied", "没有权限")},
}

// foreignIn is an error of the standard library in a language; ok is false for
// one that only has its own words.
func foreignIn(err error, l Lang) (words string, ok bool) {
	if l == English {
		return "", false
	}
	for _, f := range foreign {
		if errors.Is(err, f.err) {
			return f.words.In(l), true
		}
	}
	return "", false
}

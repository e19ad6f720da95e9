package text

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"syscall"
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
	{context.DeadlineExceeded, T("context deadline exceeded", "超出期限")},
	{context.Canceled, T("context canceled", "已取消")},
	{syscall.ELOOP, T("too many levels of symbolic links", "符号链接层数过多")},
	{syscall.EINVAL, T("invalid argument", "无效参数")},
	{syscall.ENOTDIR, T("not a directory", "不是文件夹")},
	{syscall.ENAMETOOLONG, T("file name too long", "文件名过长")},
	{syscall.ECONNREFUSED, T("connection refused", "连接被拒绝")},
	{fs.ErrPermission, T("permission denied", "没有权限")},
}

// foreignIn is an error of the standard library in a language; ok is false for
// one that only has its own words.
func foreignIn(err error, l Lang) (words string, ok bool) {
	if l == English {
		return "", false
	}
	var broken *json.SyntaxError
	if errors.As(err, &broken) {
		return jsonIn(broken)
	}
	for _, f := range foreign {
		if errors.Is(err, f.err) {
			return f.words.In(l), true
		}
	}
	return "", false
}

package text

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
)

// sameInBoth are texts for which Chinese needs no character: Latin letters too,
// or the order of the parts alone.
var sameInBoth = []string{"MFU", "%s fp16", "%[1]v%[2]vtook %[3]v", "%s %ss ", "on %s "}

// TestTextsAreTranslated reads the source: every text has a Chinese form with
// the same verbs, and none stands twice.
func TestTextsAreTranslated(t *testing.T) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	seen := map[[2]string]string{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			en, zh, ok := bilingual(n)
			if !ok {
				return true
			}
			checkTranslation(t, en, zh)
			if at, twice := seen[[2]string{en, zh}]; twice {
				t.Errorf("%q stands in %s and in %s", en, at, f.Name())
			}
			seen[[2]string{en, zh}] = f.Name()
			return true
		})
	}
	assert.Greater(t, len(seen), 400)
}

func checkTranslation(t *testing.T, en, zh string) {
	t.Helper()
	words := wordless.ReplaceAllString(en, "")
	hasWords := strings.ContainsFunc(words, unicode.IsLetter)
	if zh == "" || hasWords && !hasHan(zh) && !slices.Contains(sameInBoth, en) {
		t.Errorf("the text %q has no Chinese: %q", en, zh)
	}
	assert.Equal(t, verbs(en), verbs(zh), "%q and %q take different arguments", en, zh)
}

// wordless are verbs, flags and the words that Chinese has a sign for.
var wordless = regexp.MustCompile(`%[sdvq]|--[a-z-]+| on | at | x `)

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

var verb = regexp.MustCompile(`%(?:\[(\d)\])?[+#.\d]*(?:\[(\d)\])?([sdvqgxfct])`)

// verbs are the verbs of a form, by the arguments that they take.
func verbs(form string) string { return fmt.Sprint(verbsByArgument(form)) }

// verbsByArgument is verbs as a table.
func verbsByArgument(form string) map[int]string {
	taken := map[int]string{}
	next := 0
	for _, m := range verb.FindAllStringSubmatch(form, -1) {
		if at := m[1] + m[2]; at != "" {
			next, _ = strconv.Atoi(at)
			next--
		}
		taken[next] = m[3]
		next++
	}
	return taken
}

// bilingual is the texts of a call of T with two literals.
func bilingual(n ast.Node) (en, zh string, ok bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall || len(call.Args) != 2 {
		return "", "", false
	}
	if name, isName := call.Fun.(*ast.Ident); !isName || name.Name != "T" {
		return "", "", false
	}
	var texts [2]string
	for i, arg := range call.Args {
		lit, isLit := arg.(*ast.BasicLit)
		if !isLit {
			return "", "", false
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return "", "", false
		}
		texts[i] = text
	}
	return texts[0], texts[1], true
}

func TestWith(t *testing.T) {
	form := T("%s in %v (%v)", "%[2]v（%[3]v）完成 %[1]s")
	for _, c := range []struct {
		args   []any
		en, zh string
	}{
		{[]any{"1 steps", quantity.Seconds(86400 * 3), T("fits", "可放下")}, "1 step in 3.00 days (fits)", "3.00 天（可放下）完成 1 step"},
		{[]any{"2 steps", 7, Same("x")}, "2 steps in 7 (x)", "7（x）完成 2 steps"},
	} {
		assert.Equal(t, T(c.en, c.zh), form.With(c.args...))
	}
	assert.Equal(t, T("a, b, c", "a，b，c"), List([]Text{Same("a"), Same("b"), Same("c")}, Join))
	assert.Zero(t, List(nil, Join))
	assert.Equal(t, No, Of(map[string]Text{"n": No}, "n"))
	assert.Equal(t, Same("m"), Of(map[string]Text{"n": No}, "m"))
}

func TestError(t *testing.T) {
	inner := errors.New("broken")
	err := T("--%s: %v", "参数 --%s：%v").Error("tp", T("not %v", "非 %v").Error(inner))
	assert.EqualError(t, err, "--tp: not broken")
	assert.Equal(t, "参数 --tp：非 broken", ErrorIn(err, Chinese))
	assert.Equal(t, "--tp: not broken", ErrorIn(err, English))
	assert.ErrorIs(t, err, inner)
	assert.Equal(t, "broken", ErrorIn(inner, Chinese))
	assert.Equal(t, "a.json: 参数 --tp：非 broken", ErrorIn(fmt.Errorf("a.json: %w", err), Chinese))
	assert.Equal(t, "a.json: --tp: not broken", ErrorIn(fmt.Errorf("a.json: %w", err), English))
}

func TestFromEnvironment(t *testing.T) {
	for _, c := range []struct {
		all, messages, lang string
		want                Lang
	}{
		{"", "", "", English}, {"", "", "zh_CN.UTF-8", Chinese}, {"", "", "en_US.UTF-8", English}, {"", "", "ZH_TW", Chinese},
		{"", "en_GB", "zh_CN.UTF-8", English}, {"zh_CN", "en_GB", "en_US", Chinese}, {"C", "zh_CN", "zh_CN", English}, {"", "zh", "", Chinese},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_MESSAGES": c.messages, "LANG": c.lang}
		assert.Equal(t, c.want, FromEnvironment(func(name string) string { return env[name] }), "%v", c)
	}
}

func TestParseLang(t *testing.T) {
	for s, want := range map[string]Lang{"en": English, "EN": English, "zh": Chinese, "zh-CN": Chinese, "zh_CN": Chinese} {
		l, err := ParseLang(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, l, s)
	}
	_, err := ParseLang("fr")
	assert.EqualError(t, err, `"fr": unknown language (want en or zh)`)
	assert.Equal(t, []string{"en", "zh"}, []string{English.String(), Chinese.String()})
}

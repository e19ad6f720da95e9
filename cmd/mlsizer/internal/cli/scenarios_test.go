package cli

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/scenario"
)

// filled is a command with a flag of each kind.
func filled() *cobra.Command {
	cmd := &cobra.Command{Use: "estimate"}
	fs := cmd.Flags()
	fs.SortFlags = false
	AddValue(fs, new(int64), "batch", "", "COUNT", "512", ParseWhole)
	AddValue(fs, new(int64), "batch-tokens", "", "COUNT", "4M", ParseWhole)
	AddList(fs, new([]string), "on", "DEVICE", "h100", ParseList)
	AddList(fs, new([]string), "lora-targets", "NAME", "q_proj", ParseList)
	fs.Bool("strict", false, "")
	(&App{}).AddFileFlags(cmd)
	return cmd
}

func TestFill(t *testing.T) {
	lists := func() *cobra.Command {
		cmd := filled()
		TakeLists(cmd.Flags())
		return cmd
	}
	set := func(key string, values ...string) scenario.Setting {
		return scenario.Setting{Key: key, Values: values, Line: 7}
	}
	for _, tt := range []struct {
		name  string
		cmd   *cobra.Command
		given []string
		set   []scenario.Setting
		want  map[string]string
		err   string
	}{
		{"values and switches", filled(), nil, []scenario.Setting{set("batch", "4"), set("strict", "true")}, map[string]string{"batch": "4", "strict": "true"}, ""},
		{"the command line overrides", filled(), []string{"--batch=8"}, []scenario.Setting{set("batch", "4")}, map[string]string{"batch": "8"}, ""},
		{"and above what says the same", filled(), []string{"--batch-tokens=8"}, []scenario.Setting{set("batch", "4")}, map[string]string{"batch": "", "batch-tokens": "8"}, ""},
		{"the list of a flag that takes one", filled(), nil, []scenario.Setting{set("on", "a100", "h100")}, map[string]string{"on": "a100,h100"}, ""},
		{"a list where one value is taken", filled(), nil, []scenario.Setting{set("batch", "4", "8")}, nil, "f:7: --batch \"4,8\": 2 values (estimate takes one"},
		{"a list where several are taken", lists(), nil, []scenario.Setting{set("batch", "4", "8")}, map[string]string{"batch": "4,8"}, ""},
		{"a list that is one value anywhere", lists(), nil, []scenario.Setting{set("lora-targets", "q_proj", "v_proj")}, map[string]string{"lora-targets": "q_proj,v_proj"}, ""},
		{"a key that is no flag", filled(), nil, []scenario.Setting{set("btach", "4")}, nil, `f:7: unknown key "btach": estimate has no such flag`},
		{"a key of the file itself", filled(), nil, []scenario.Setting{set("file", "x")}, nil, `f:7: unknown key "file"`},
		{"a value that is wrong", filled(), nil, []scenario.Setting{set("batch", "x")}, nil, `f:7: --batch`},
		{"a switch that is wrong", filled(), nil, []scenario.Setting{set("strict", "perhaps")}, nil, `f:7: --strict`},
	} {
		require.NoError(t, tt.cmd.ParseFlags(tt.given), tt.name)
		models, err := fill(tt.cmd, "f", &scenario.Scenario{Settings: append(tt.set, set("model", "7B"))})
		if tt.err != "" {
			assert.ErrorContains(t, err, tt.err, tt.name)
			continue
		}
		require.NoError(t, err, tt.name)
		assert.Equal(t, []string{"7B"}, models, tt.name)
		for flag, want := range tt.want {
			assert.Equal(t, want, tt.cmd.Flags().Lookup(flag).Value.String(), "%s: %s", tt.name, flag)
		}
	}
}

func TestCopyFlags(t *testing.T) {
	from, to := filled(), filled()
	TakeLists(from.Flags())
	TakeLists(to.Flags())
	require.NoError(t, from.ParseFlags([]string{"--batch", "4,8", "--batch", "2", "--on", "a,b", "--strict", "--file", "x"}))
	require.NoError(t, copyFlags(to, from))
	for flag, want := range map[string]string{"batch": "4,8,2", "on": "a,b", "strict": "true", "file": ""} {
		assert.Equal(t, want, to.Flags().Lookup(flag).Value.String(), flag)
	}
	assert.Equal(t, []string{"batch", "on", "strict"}, differing(filled(), to))
}

package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// AddLevel adds the flags of what a service has to deliver.
func AddLevel(fs *pflag.FlagSet, l *serve.Level) {
	AddValue(fs, &l.Users, "users", "", "COUNT", "20", ParseWhole)
	AddValue(fs, &l.Rate, "rate", "", "RATE", "2/s", parseRequestRate)
	AddValue(fs, &l.FirstToken, "ttft", "", "TIME", "2s", parseLimit)
	AddValue(fs, &l.PerToken, "tpot", "", "TIME", "50ms", parseLimit)
	AddValue(fs, &l.PrefixShare, "prefix-share", "", "SHARE", "0.8", parsePrefixShare)
	AddValue(fs, &ratioOf{l}, "disaggregate", "", "N:N", "2:1", parseRatio(l))
}

// ratioOf is the level that a ratio of devices belongs to.
type ratioOf struct{ *serve.Level }

// parseRatio reads the ratio of devices that read prompts to those that answer.
func parseRatio(l *serve.Level) func(string) (ratioOf, error) {
	return func(s string) (ratioOf, error) {
		a, b, ok := strings.Cut(strings.TrimSpace(s), ":")
		prefill, err := strconv.Atoi(a)
		decode, other := strconv.Atoi(b)
		if !ok || err != nil || other != nil || prefill < 1 || decode < 1 || prefill+decode > serve.MostServiceDevices {
			return ratioOf{l}, text.NotARatio.Error()
		}
		l.Prefill, l.Decode = prefill, decode
		return ratioOf{l}, nil
	}
}

// parseRequestRate reads requests per second, minute or hour: 2/s, 90/min.
func parseRequestRate(s string) (float64, error) {
	number, unit, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), " ", ""), "/")
	per, known := map[string]float64{"": 1, "s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "m": 60, "h": 3600, "hour": 3600}[strings.ToLower(unit)]
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || !(v > 0 && v <= 1e9) {
		return 0, text.NotARequestRate.Error()
	}
	return v / per, nil
}

// parseLimit reads a limit of time.
func parseLimit(s string) (quantity.Seconds, error) {
	t, err := quantity.ParseDuration(s)
	if err == nil && !(t > 0) {
		return 0, text.NotALatency.Error()
	}
	return t, err
}

// parsePrefixShare reads the share of a prompt that is cached, which leaves
// some of it to read.
func parsePrefixShare(s string) (float64, error) {
	v, err := ParseShare(s)
	if err == nil && v >= 1 {
		return 0, text.NotAPrefixShare.Error()
	}
	return v, err
}

// CheckLevel rejects limits of a service without its load.
func (a *App) CheckLevel(cmd *cobra.Command, l *serve.Level) error {
	if !l.IsZero() {
		return nil
	}
	for _, name := range []string{"ttft", "tpot", "prefix-share", "disaggregate"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			return UsageError(text.LimitWithoutLoad.Error(name), a.CommandLine()+" --users 20")
		}
	}
	return nil
}

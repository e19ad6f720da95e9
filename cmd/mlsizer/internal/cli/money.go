package cli

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// AddMoneyFlags adds the flags that say what a device-hour costs, and where.
func AddMoneyFlags(fs *pflag.FlagSet, a *App, price *quantity.USD) {
	AddValue(fs, price, "price", "", "USD", "2.50", ParsePrice)
	AddValue(fs, &a.priceFile, "price-file", "", "FILE", "", AsTyped)
	AddValue(fs, &a.prices.Kind, "price-kind", "", "KIND", "spot", hardware.ParsePriceKind).Among(priceKinds)
	AddValue(fs, &a.prices.Cloud, "cloud", "", "NAME", "aws", AsTyped).Among(clouds)
	AddValue(fs, &a.prices.Region, "region", "", "NAME", "us-east-1", hardware.FindRegion).Among(hardware.Regions)
}

// priceKinds are the kinds of prices, as the flag takes them.
func priceKinds() []string { return append([]string{"reserved"}, Named(hardware.ParsePriceKind)()...) }

// clouds are the providers of the catalogue's prices.
func clouds() []string { return hardware.Default().Clouds() }

// choosesPrice are the flags that choose among prices.
var choosesPrice = []string{"price-file", "price-kind", "cloud"}

// CheckMoney rejects flags that choose among prices together with a given
// price.
func (a *App) CheckMoney(cmd *cobra.Command, price quantity.USD) error {
	if i := slices.IndexFunc(choosesPrice, cmd.Flags().Changed); i >= 0 && price > 0 {
		return UsageError(text.PriceTwice.Error(choosesPrice[i]), a.CommandWithout("price"))
	}
	return nil
}

// region is the source of the run's energy, nil if not given.
func (a *App) region() *hardware.Region { return a.prices.Region }

// priced is a catalogue with the requested prices.
func (a *App) priced(c *hardware.Catalog) (*hardware.Catalog, error) {
	if a.priceFile != "" {
		f, err := a.OpenFlag("--price-file", a.priceFile, text.FileOfPrices)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if c, err = c.WithPrices(f, a.priceFile); err != nil {
			return nil, ReadError(err, "")
		}
	}
	choice := a.prices
	choice.Cloud, choice.Today = strings.ToLower(strings.TrimSpace(choice.Cloud)), today()
	if known := c.Clouds(); choice.Cloud != "" && !slices.Contains(known, choice.Cloud) {
		hint := ""
		if near := Nearest(choice.Cloud, known); near != "" {
			hint = a.CommandReplacing(a.prices.Cloud, near)
		}
		return nil, UsageError(text.NoSuchCloud.Error(a.prices.Cloud, strings.Join(known, ", ")), hint)
	}
	return c.Priced(choice), nil
}

// today is the day that ages of prices are counted to. SOURCE_DATE_EPOCH sets it,
// as it does for other programs whose output is to be the same on any day:
// https://reproducible-builds.org/specs/source-date-epoch/.
func today() time.Time {
	if s, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(s, 0).UTC()
	}
	return time.Now().UTC()
}

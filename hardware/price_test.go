package hardware

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
)

const priceHead = "device,provider,kind,usd_per_device_hour,date,source,instance,region\n"

// priced is the price of a device under a choice, with prices of a file.
func priced(t *testing.T, file, device string, ch PriceChoice) *Price {
	t.Helper()
	c := Default()
	if file != "" {
		var err error
		c, err = c.WithPrices(strings.NewReader(priceHead+file), "mine.csv")
		require.NoError(t, err)
	}
	d, err := c.Priced(ch).Find(device)
	require.NoError(t, err)
	return d.Price
}

// Every price of the catalogue names a device, a day that has been, and a source.
func TestListedPrices(t *testing.T) {
	list := embeddedPrices()
	require.Greater(t, len(list), 100)
	seen := map[string]bool{}
	for _, r := range list {
		key := strings.Join([]string{r.device, r.Provider, r.Instance, r.Region, r.Kind.String(), r.Date}, " ")
		assert.False(t, seen[key], "twice: %s", key)
		seen[key] = true
		assert.Regexp(t, `github\.com/|https://|AWS |RunPod|Lambda|Verda|Akash|GCP`, r.Source, key)
		if r.Region != "" {
			assert.NotNil(t, regions()[r.Region], "%s: no grid of the region", key)
		}
		if in := instances()[r.Instance]; in != nil {
			assert.Equal(t, in.device, r.device, key)
			assert.Equal(t, in.Devices, r.devices, key)
			assert.Equal(t, in.Cloud, r.Provider, key)
		}
	}
}

// The default of H100 by hand: on demand, the newest of each provider, USA or no
// region: voltage-park 1.99, hyperstack 3.20, verda 3.81, crusoe 3.90, runpod
// 3.99 (2026-11-09), lambda and together 3.99, nebius 4.50, coreweave 6.155, aws
// 6.88, gcp 11.06125, azure 12.29. The lower of the two in the middle of twelve
// is the sixth.
func TestDefaultPrice(t *testing.T) {
	p := priced(t, "", "h100", PriceChoice{})
	assert.Equal(t, quantity.USD(3.99), p.PerHour)
	assert.Equal(t, "lambda", p.Provider)
	assert.Equal(t, 12, p.Providers)
	assert.Zero(t, p.Days, "no day to count to")
}

func TestPriceChoice(t *testing.T) {
	region := func(name string) *Region {
		r, err := FindRegion(name)
		require.NoError(t, err)
		return r
	}
	const own = "h100,me,on-demand,1.5,2026-01-01,bill,,\nh100,me,on-demand,1.25,2026-01-02,bill,,\nh100,you,on-demand,9,2026-01-01,bill,,us-east-1\n"
	for _, c := range []struct {
		name, file, device string
		choice             PriceChoice
		want               quantity.USD // 0: none
	}{
		{"a cloud", "", "h100", PriceChoice{Cloud: "aws"}, 6.88}, // 55.04 / 8
		{"spot of a cloud", "", "h100", PriceChoice{Cloud: "coreweave", Kind: Spot}, 2.46375},
		{"reserved", "", "h100", PriceChoice{Cloud: "gcp", Kind: Reserved3Y}, 4.858048}, // 38.864383195 / 8
		{"a region of a cloud", "", "tpu-v6e", PriceChoice{Region: region("asia-northeast1")}, 3.24},
		{"a country", "", "tpu-v6e", PriceChoice{Region: region("netherlands")}, 2.97},
		{"not sold there", "", "tpu-v6e", PriceChoice{Region: region("germany")}, 0},
		{"not of that kind", "", "tpu-v6e", PriceChoice{Kind: Reserved1Y}, 0},
		{"the home region before others", "", "tpu-v6e", PriceChoice{}, 2.7},
		{"others where the home region has none", "", "tpu-v3", PriceChoice{}, 2},
		{"the newest of one's own, and the lower of two", own, "h100", PriceChoice{}, 1.25},
		{"one's own of a provider", own, "h100", PriceChoice{Cloud: "you"}, 9},
		{"the catalogue's where one's own are of another kind", own, "h100", PriceChoice{Kind: Spot, Cloud: "together"}, 1.99},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := priced(t, c.file, c.device, c.choice)
			if c.want == 0 {
				assert.Nil(t, p)
				return
			}
			require.NotNil(t, p)
			assert.InDelta(t, float64(c.want), float64(p.PerHour), 1e-9)
		})
	}
}

// A price of a device's own row stays, whatever is chosen.
func TestPriceOfOwnDevice(t *testing.T) {
	c, err := Default().Extend(strings.NewReader(goodCSV), "mine.csv")
	require.NoError(t, err)
	all := c.Priced(PriceChoice{Kind: Spot}).All()
	assert.Equal(t, &Price{PerHour: 1.25, Date: "2026-11-01", Source: "our bill"}, all[len(all)-1].Price)
}

func TestPriceAge(t *testing.T) {
	for _, c := range []struct {
		today string
		days  int
		key   string
	}{{"2026-10-06", 0, ""}, {"2026-10-07", 1, "price.days"}, {"2026-12-04", 59, "price.days"}, {"2026-12-05", 60, "price.months"}, {"2026-01-01", 0, ""}} {
		today, err := time.Parse(time.DateOnly, c.today)
		require.NoError(t, err)
		p := priced(t, "", "h100", PriceChoice{Cloud: "aws", Today: today})
		assert.Equal(t, c.days, p.Days, c.today)
		assert.Equal(t, c.key, keyOf(p.Age()), c.today)
	}
}

// Whatever a file of prices holds, it is read or rejected with its place.
func FuzzPrices(f *testing.F) {
	for _, s := range []string{"", priceHead, priceHead + "h100,me,spot,2,2026-11-09,s,,\n", "device\n\"", priceHead + "h1,me,spot,NaN,2026-11-09,s,,\n", "\ufeff" + priceHead} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Default().WithPrices(strings.NewReader(s), "f")
		if err != nil {
			var wrong *FileError
			require.ErrorAs(t, err, &wrong)
			return
		}
		for _, r := range c.prices {
			require.Positive(t, r.PerHour)
			require.NotEmpty(t, r.Provider)
		}
		c.Priced(PriceChoice{Kind: Spot})
	})
}

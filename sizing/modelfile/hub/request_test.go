package hub

import (
	"net/url"
	"testing"
)

func TestRedirectAddressRefused(t *testing.T) {
	from, _ := url.Parse("https://hub.example/a")
	for _, to := range []string{"", "http://hub.example/b", "file:///etc/passwd", "ftp://x/y", "https://", "://"} {
		if u, err := redirect(from, to); err == nil {
			t.Errorf("%q leads to %v", to, u)
		}
	}
}

func TestAddress(t *testing.T) {
	st := &Repository{base: &url.URL{Scheme: "https", Host: "h", Path: "/m"}, ref: Ref{Repo: "o/n"}, revision: "refs/pr/1"}
	if got := st.address("a/b.json").String(); got != "https://h/m/o/n/resolve/refs%2Fpr%2F1/a/b.json" {
		t.Errorf("address %s", got)
	}
}

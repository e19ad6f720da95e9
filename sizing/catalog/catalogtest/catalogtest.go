package catalogtest

import (
	"testing"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
)

func Model(b testing.TB, name string) *model.Model {
	e, err := catalog.Default().Find(name)
	if err != nil {
		b.Fatal(err)
	}
	m, err := e.Build()
	if err != nil {
		b.Fatal(err)
	}
	return m
}

func Cluster(b testing.TB, name string, count int) hardware.Cluster {
	d, err := hardware.Default().Find(name)
	if err != nil {
		b.Fatal(err)
	}
	c, err := hardware.NewCluster(d, count)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

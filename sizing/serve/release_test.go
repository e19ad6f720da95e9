package serve

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/model/modeltest"
)

// Versions compare as numbers: 4.44 is after 4.5 and before 4.45.
func TestReleases(t *testing.T) {
	for version, want := range map[string]efficiency.Release{
		"4.44.0": {Major: 4, Minor: 44}, "4.5": {Major: 4, Minor: 5}, "0.5.9-rocm700": {Major: 0, Minor: 5}, "vLLM 0.10.0, RHEL 9.6": {Major: 0, Minor: 10}, "v0.6.6.post1": {Major: 0, Minor: 6}, "Neuron 2.18.1": {Major: 2, Minor: 18},
	} {
		r, ok := efficiency.ParseRelease(version)
		assert.True(t, ok, version)
		assert.Equal(t, want, r, version)
	}
	for _, version := range []string{"", "2024-04", "b5863", "11fb327bf (7941)", "PR 17505"} {
		_, ok := efficiency.ParseRelease(version)
		assert.False(t, ok, version)
	}
	assert.Negative(t, efficiency.Release{Major: 4, Minor: 5}.Compare(efficiency.Release{Major: 4, Minor: 44}))
	assert.Positive(t, efficiency.Release{Major: 5, Minor: 0}.Compare(efficiency.Release{Major: 4, Minor: 51}))
	assert.Zero(t, efficiency.Release{Major: 4, Minor: 45}.Compare(efficiency.Release{Major: 4, Minor: 45}))
}

// Source: the release pages of the projects.
func TestReleaseYears(t *testing.T) {
	for _, c := range []struct {
		runtime, version string
		year             int
	}{
		{"vllm", "0.4.2", 2024}, {"vllm-rocm", "0.6.6", 2024}, {"vllm", "0.8.5", 2025}, {"vllm", "0.12.0", 2025}, {"vllm", "0.15.1", 2026},
		{"transformers", "4.38.2", 2024}, {"hf", "4.44.0", 2024}, {"transformers", "4.5.1", 0}, {"transformers", "4.51.3", 2025},
		{"sglang", "0.4.6.post1", 2025}, {"trt-llm", "0.9.0", 2024}, {"trt-llm", "1.0.0rc3", 2025},
		{"transformers-neuronx", "Neuron 2.18.0", 2024}, {"lmdeploy", "0.2.0", 2024}, {"llama.cpp", "b5863", 0}, {"vllm", "2024-04", 0},
	} {
		r, err := FindRuntime(c.runtime)
		require.NoError(t, err)
		assert.Equal(t, c.year, r.ReleaseYear(c.version), "%s %s", c.runtime, c.version)
	}
}

// What a runtime's entry says can be used: its storages are known, its releases
// in order, and flags for the host belong to one that takes weights there.
func TestRuntimeEntries(t *testing.T) {
	for _, r := range Runtimes() {
		assert.NotEmpty(t, r.Ladder, r.Name)
		bits := 0.0
		for i, name := range r.Ladder {
			q, err := FindQuant(name)
			require.NoError(t, err, r.Name)
			b := float64(WeightBytes(modeltest.GPT(4, 512, 8, 1000, 128), q))
			assert.True(t, i == 0 || b <= bits, "%s: %s has more bits than %s", r.Name, name, r.Ladder[max(i-1, 0)])
			assert.True(t, !r.GGUF || q.GGUF, "%s: %s", r.Name, name)
			bits = b
		}
		for i, d := range r.Releases {
			assert.Greater(t, d.Year, 2000, r.Name)
			if i > 0 {
				assert.Positive(t, d.Since.Compare(r.Releases[i-1].Since), r.Name)
				assert.Greater(t, d.Year, r.Releases[i-1].Year, r.Name)
			}
		}
		assert.True(t, len(r.HostOptions) == 0 || r.Offload != "none", r.Name)
		for _, options := range r.HostOptions {
			for _, o := range options {
				assert.Contains(t, []HostCount{CountLayers, CountDevice, CountHost, CountGiB}, o.Counts, r.Name)
			}
		}
	}
}

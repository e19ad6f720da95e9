package efficiency

// SourceRing is where the bandwidth of a ring over time comes from: 2 (n-1)/n of
// the bytes for an all-reduce, (n-1)/n for a gather or a scatter.
const SourceRing = "github.com/NVIDIA/nccl-tests@a0b82b2 doc/PERFORMANCE.md:59"

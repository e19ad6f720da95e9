package safetensors

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"

	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/wholetest"
)

// TestSafetensorsHostileMemory has headers of 100 MB that are made to be held:
// tensors in reverse order, so that each is a span of its own, and names that
// each begin a module.
func TestSafetensorsHostileMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("100 MB headers")
	}
	type header struct{ name, dtype, suffix string }
	for _, c := range wholetest.Sample([]header{{"reverse", "BF16", ""}, {"modules", "U8", ".qweight"}}, 2) {
		t.Run(c.name, func(t *testing.T) {
			b := []byte("{")
			for i := 900_000; len(b) < maxHeader-200 && i > 0; i-- {
				w := 1
				if c.dtype == "BF16" {
					w = 2
				}
				b = fmt.Appendf(b, `"%d%s":{"dtype":"%s","shape":[1],"data_offsets":[%d,%d]},`, i, c.suffix, c.dtype, i*w, i*w+w)
			}
			b[len(b)-1] = '}'
			data := filetest.File(string(b))
			b = nil
			peak := peakHeap(func() {
				c := newCollector(Packing{})
				_ = readHeader(bytes.NewReader(data), "m", -1, c, func(n []byte, at int64) error { return c.admit(n, at, "m", 0) })
			})
			if peak > 72<<20 {
				t.Errorf("%d MiB at the peak", peak>>20)
			}
			t.Logf("%d MB of header, %d MiB at the peak", len(data)>>20, peak>>20)
		})
	}
}

// peakHeap returns how far the live heap rises above where it stands, seen at
// every collection.
func peakHeap(f func()) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	start, peak := m.HeapAlloc, m.HeapAlloc
	stop, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
				time.Sleep(5 * time.Millisecond)
			}
		}
	}()
	f()
	close(stop)
	<-done
	return peak - start
}

func FuzzSafetensors(f *testing.F) {
	header, data := filetest.Header(`"__metadata__":{"format":"pt"}`, filetest.T("a.qweight", "I32", 4, 8), filetest.T("a.scales", "F16", 1, 8),
		filetest.T("a.qzeros", "I32", 1, 1), filetest.T("b.weight", "U8", 8, 1), filetest.T("b.weight.absmax", "F32", 1),
		filetest.T("c_blocks", "U8", 16), filetest.T("c_scales", "U8", 1), filetest.T("d.scale", "F32", 3), filetest.T("e", "F4", 2))
	f.Add([]byte(header), data, false)
	f.Add([]byte(`{}`), int64(0), false)
	f.Add(filetest.File(header), data, true)
	f.Add([]byte("{\"\\ud83d\\ude00\\n\":{\"dtype\":\"X\",\"shape\":[0],\"data_offsets\":[0,0],\"y\":[{\"z\":-1.5e+3},true,false,null]}}\t "), int64(0), false)
	f.Fuzz(func(t *testing.T, file []byte, data int64, raw bool) {
		if !raw { // the length in front is right
			file = filetest.File(string(file))
		}
		if data < 0 || data > 1<<40 {
			data = -1 - int64(len(file))
		}
		c := newCollector(Packing{})
		var err error
		used := filetest.AllocatedBy(func() {
			err = readHeader(&filetest.Drip{Rest: file, Most: 7}, "fuzz", int64(len(file))+data, c, func(n []byte, at int64) error { return c.admit(n, at, "fuzz", 0) })
		})
		if used > 4<<20+uint64(64*len(file)) {
			t.Errorf("%d bytes allocated for %d", used, len(file))
		}
		if err != nil {
			return
		}
		if c.tally.resolve() == nil {
			filetest.CheckTotals(t, &c.tally.Totals)
		}
	})
}

func BenchmarkSafetensorsHeader(b *testing.B) {
	for _, n := range []int{300, 100_000} {
		b.Run(fmt.Sprintf("tensors=%d", n), func(b *testing.B) {
			header, data := filetest.Big(n)
			file := filetest.File(string(header))
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				c := newCollector(Packing{})
				err := readHeader(bytes.NewReader(file), "m", int64(len(file))+data, c, func(n []byte, at int64) error { return c.admit(n, at, "m", 0) })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package symbols

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

// compressed is text as zlib compresses it.
func compressed(t testing.TB, level int, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// texts have every kind of block: stored, fixed and dynamic codes, long codes, near and far repetitions.
func texts() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	noise, skewed, words := make([]byte, 200000), make([]byte, 200000), []byte{}
	for i := range noise {
		noise[i] = byte(random.Uint32())
		skewed[i] = byte(min(random.ExpFloat64()*6, 255)) // a few frequent bytes, and some rare ones with long codes
	}
	for len(words) < 300000 {
		from := random.IntN(len(skewed) - 300)
		words = append(words, skewed[from:from+3+random.IntN(290)]...)
		if len(words) > 40000 && random.IntN(3) == 0 {
			from = len(words) - 1 - random.IntN(32768)
			words = append(words, words[from:min(len(words), from+258)]...)
		}
	}
	return map[string][]byte{
		"nothing": {}, "a byte": {'x'}, "a few": []byte("a few bytes, a few bytes"), "one byte repeated": bytes.Repeat([]byte{7}, 100000),
		"noise": noise, "skewed": skewed, "words": words,
	}
}

func TestInflateGivesWhatWasCompressed(t *testing.T) {
	for name, text := range texts() {
		for _, level := range []int{zlib.HuffmanOnly, zlib.NoCompression, zlib.BestSpeed, zlib.DefaultCompression, zlib.BestCompression} {
			in, out := compressed(t, level, text), make([]byte, len(text))
			if !inflate(out, in) {
				t.Errorf("%s, level %d: refused", name, level)
			} else if !bytes.Equal(out, text) {
				t.Errorf("%s, level %d: wrong", name, level)
			}
			if len(text) > 0 && inflate(make([]byte, len(text)-1), in) || inflate(make([]byte, len(text)+1), in) {
				t.Errorf("%s, level %d: fits a wrong size", name, level)
			}
			if cut := in[:len(in)*2/3]; len(text) > 0 && inflate(out, cut) {
				t.Errorf("%s, level %d: cut short, and accepted", name, level)
			}
		}
	}
}

// FuzzInflate compares inflate with compress/zlib: what it accepts is what that returns.
func FuzzInflate(f *testing.F) {
	for _, text := range texts() {
		text = text[:min(len(text), 3000)]
		f.Add(compressed(f, zlib.DefaultCompression, text), len(text))
		f.Add(compressed(f, zlib.NoCompression, text), len(text))
		f.Add(compressed(f, zlib.HuffmanOnly, text), len(text))
	}
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		if size < 0 || size > 1<<20 {
			return
		}
		out := make([]byte, size)
		if !inflate(out, in) {
			return
		}
		r, err := zlib.NewReader(bytes.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		want := make([]byte, size)
		if _, err := io.ReadFull(r, want); err != nil || !bytes.Equal(out, want) {
			t.Errorf("differs from compress/zlib, which says %v", err)
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	text := texts()["words"]
	in, out := compressed(b, zlib.DefaultCompression, text), make([]byte, len(text))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if !inflate(out, in) {
			b.Fatal("refused")
		}
	}
}

// The sections of a real file are decompressed without compress/zlib.
func TestSectionsOfAFileAreInflated(t *testing.T) {
	path := compile(t, "calls.c", "-gz=zlib")
	r, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := openELF(path, r)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_COMPRESSED == 0 {
			continue
		}
		seen++
		if want, err := s.Data(); err != nil || !bytes.Equal(f.inflated(s), want) {
			t.Errorf("%s: %d bytes, want %d (%v)", s.Name, len(f.inflated(s)), len(want), err)
		}
	}
	if seen == 0 {
		t.Error("the compiler has compressed nothing")
	}
}

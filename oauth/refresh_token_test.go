package oauth

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/internal/id"
)

var testRefreshKey = refreshKey(bytes.Repeat([]byte{7}, 32))

func TestRefreshTokensReadBack(t *testing.T) {
	f := id.New[id.RefreshToken]()
	for _, n := range []int64{0, 1, 17, maxGeneration} {
		token := testRefreshKey.token(f, n)
		if len(token) != refreshLength || len(token) > 64 {
			t.Errorf("%d characters: the SDKs' cookie wants few", len(token))
		}
		if gotF, gotN, ok := testRefreshKey.parse(token); !ok || gotF != f || gotN != n {
			t.Errorf("generation %d reads as %s %d %v", n, gotF, gotN, ok)
		}
	}
	if _, _, ok := refreshKey(make([]byte, 32)).parse(testRefreshKey.token(f, 1)); ok {
		t.Error("a token of another key is accepted")
	}
}

// A token that differs in a single character must not pass for another generation.
func TestRefreshTokensCannotBeBent(t *testing.T) {
	token := testRefreshKey.token(id.New[id.RefreshToken](), 3)
	for i := range token {
		for _, c := range "Ab0_" {
			bent := token[:i] + string(c) + token[i+1:]
			if _, _, ok := testRefreshKey.parse(bent); ok && bent != token {
				t.Fatalf("character %d can be changed", i)
			}
		}
	}
}

func FuzzRefreshToken(f *testing.F) {
	f.Add(testRefreshKey.token(id.New[id.RefreshToken](), 1))
	f.Add("")
	f.Add(strings.Repeat("A", refreshLength))
	f.Fuzz(func(t *testing.T, s string) {
		family, n, ok := testRefreshKey.parse(s)
		if ok && testRefreshKey.token(family, n) != s {
			t.Fatalf("%q is a second spelling of a token", s)
		}
	})
}

// The grace must hold however fast a family rotates, and be exact at a human
// pace: a model that forgets nothing decides.
func TestRotationsAgreeWithAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, head := time.UnixMilli(1_800_000_000_000), int64(0)
		var r rotations
		out := map[int64]time.Time{}
		longest := rapid.SampledFrom([]int64{50, 3_000, 12_000}).Draw(t, "longest pause")
		exact := true
		for range rapid.IntRange(1, 90).Draw(t, "steps") {
			pause := time.Duration(rapid.Int64Range(0, longest).Draw(t, "pause")) * time.Millisecond
			exact = exact && pause >= burst
			now = now.Add(pause)
			out[head], r, head = now, r.with(head, now), head+1
			for g := int64(0); g < head; g++ {
				age := now.Sub(out[g])
				got := r.within(g, now)
				if age <= grace && !got {
					t.Fatalf("generation %d of %d, %v ago: refused within the grace (%s)", g, head, age, r)
				}
				if got && (age > grace+burst || exact && age > grace) {
					t.Fatalf("generation %d of %d, %v ago: answered after the grace (%s)", g, head, age, r)
				}
			}
		}
		if n := len(r.list()); n > int((grace+burst)/burst)+1 {
			t.Fatalf("%d rotations kept", n)
		}
	})
}

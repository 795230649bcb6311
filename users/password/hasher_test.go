package password

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// small hashes of 64 KiB, so that tests take no time.
func small() *Hasher { return New(Options{KiB: 64, Passes: 1, MemoryKiB: 256}) }

func verify(t *testing.T, h *Hasher, stored, typed string) Outcome {
	t.Helper()
	out, err := h.Verify(context.Background(), "", stored, typed)
	if err != nil {
		t.Fatalf("verifying against %s: %v", stored, err)
	}
	return out
}

// A stored hash that other software cannot read locks people in.
func TestHashIsAStandardString(t *testing.T) {
	stored, err := New(Options{}).Hash(context.Background(), "", "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("stored %s", stored)
	}
	part := strings.Split(stored, "$")
	salt, _ := decode(part[4])
	if want := encode(argon2.IDKey([]byte("correct horse"), salt, 2, 19456, 1, 32)); part[5] != want {
		t.Errorf("key %s, want %s", part[5], want)
	}
}

func TestVerifyKnowsTheRightPasswordOnly(t *testing.T) {
	h := small()
	stored, err := h.Hash(context.Background(), "", "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if out := verify(t, h, stored, "correct horse"); !out.OK || out.Upgrade != "" {
		t.Errorf("right password: %+v", out)
	}
	for _, wrong := range []string{"", "correct hors", "correct horse ", "Correct horse", "correct horse\x00", strings.Repeat("x", maxTyped+1)} {
		if out := verify(t, h, stored, wrong); out.OK || out.Upgrade != "" {
			t.Errorf("%q: %+v", wrong, out)
		}
	}
}

// Who set a password on a Mac must get in from a phone that composes the same
// letters otherwise.
func TestPasswordsAreTheSameHoweverTheyAreComposed(t *testing.T) {
	h := small()
	stored, err := h.Hash(context.Background(), "", "Zu\u0308rich\u00a0am See")
	if err != nil {
		t.Fatal(err)
	}
	if !verify(t, h, stored, "Z\u00fcrich am See").OK {
		t.Error("the composed spelling is refused")
	}
}

// When the costs rise, the next sign-in must leave a hash of the new costs.
func TestOlderParametersAreUpgraded(t *testing.T) {
	old, err := small().Hash(context.Background(), "", "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	h := New(Options{KiB: 128, Passes: 1, MemoryKiB: 256})
	if !h.NeedsRehash(old) || !h.NeedsRehash("nonsense") {
		t.Error("the old hash counts as current")
	}
	if out := verify(t, h, old, "wrong"); out.OK || out.Upgrade != "" {
		t.Errorf("wrong password: %+v", out)
	}
	out := verify(t, h, old, "correct horse")
	if !out.OK || h.NeedsRehash(out.Upgrade) || !verify(t, h, out.Upgrade, "correct horse").OK {
		t.Errorf("right password: %+v", out)
	}
}

func TestVerifyRefusesWhatIsNoHash(t *testing.T) {
	if _, err := small().Verify(context.Background(), "", "plain text", "plain text"); !errors.Is(err, errNotStored) {
		t.Errorf("got %v", err)
	}
}

// The difference between an unknown person and a wrong password would tell an
// attacker who has an account (attacks P10), also while that account still has
// the slow hash of another system.
func TestFailuresTakeTheSameTime(t *testing.T) {
	h := New(Options{KiB: 1024, Passes: 1, MemoryKiB: 4096})
	ctx := context.Background()
	ours, err := h.Hash(ctx, "", "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	slow, err := Import(Bcrypt, "$2b$08$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "")
	if err != nil {
		t.Fatal(err)
	}
	for range 9 {
		verify(t, h, slow, "wrong") // the server has seen some, and knows their cost
	}
	quickest := func(f func() error) time.Duration {
		var took [9]time.Duration
		for i := range took {
			started := time.Now()
			if err := f(); err != nil {
				t.Fatal(err)
			}
			took[i] = time.Since(started)
		}
		best := took[0]
		for _, d := range took {
			best = min(best, d)
		}
		return best
	}
	absent := quickest(func() error { return h.VerifyAbsent(ctx, "", "wrong") })
	for name, stored := range map[string]string{"ours": ours, "imported": slow} {
		var present time.Duration
		for range 5 { // a busy machine differs from itself; a leak differs each time
			absent = quickest(func() error { return h.VerifyAbsent(ctx, "", "wrong") })
			present = quickest(func() error { _, err := h.Verify(ctx, "", stored, "wrong"); return err })
			if (present - absent).Abs() <= 8*time.Millisecond {
				break
			}
		}
		if d := (present - absent).Abs(); d > 8*time.Millisecond {
			t.Errorf("%s: absent %v, present %v", name, absent, present)
		}
	}
	if right := quickest(func() error { _, err := h.Verify(ctx, "", ours, "correct horse"); return err }); right > absent/2 {
		t.Errorf("a right password waits too: %v of %v", right, absent)
	}
}

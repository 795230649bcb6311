package password

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/problem"
)

var about = About{
	Email: "maria.oliveira@northwind-traders.example", Names: []string{"Maria", "Oliveira"},
	Organization: "Northwind Traders", Application: "Invoicing", Product: "Gatehouse",
}

// Each reason must be met where it holds, or people choose what is guessed
// first.
func TestAssessRefuses(t *testing.T) {
	for password, want := range map[string]Reason{
		"":                        TooShort,
		"kV9#x2q":                 TooShort,
		strings.Repeat("ß", 7):    TooShort,
		strings.Repeat("kV", 129): TooLong,
		strings.Repeat("k", 9000): TooLong,
		"tab\tulator9":            Unreadable,
		"null\x00byte9":           Unreadable,
		"not utf-8 \xff":          Unreadable,
		"password":                TooCommon,
		"PassWord":                TooCommon,
		"p@ssw0rd":                TooCommon,
		"Summer2024!":             TooCommon,
		"iloveyou":                TooCommon,
		"123dragon":               TooCommon,
		"aaaaaaaaaaaa":            TooPredictable,
		"23456789abcdefgh":        TooPredictable,
		"lkjhgfdsapoiuy":          TooPredictable,
		"xq9xq9xq9xq9xq9":         TooPredictable,
		"northwind-traders":       ContainsContext,
		"NorthwindTraders1":       ContainsContext,
		"0liveira2024":            ContainsContext,
		"maria.oliveira":          ContainsContext,
		"gatehouse invoicing":     ContainsContext,
		"mariaoliveira!!":         ContainsContext,
	} {
		s := Assess(password, about)
		if !slices.Contains(s.Reasons, want) || s.Level != Weak {
			t.Errorf("%.20q: %v %v, want %s", password, s.Level, s.Reasons, want)
		}
		var p *problem.Error
		if err := s.Err(); !errors.As(err, &p) || !errors.Is(err, ErrWeak) || p.Code != "password_strength_error" || len(p.Details) != len(s.Reasons) || p.Details[0].Message == "" {
			t.Errorf("%.20q: error %#v", password, err)
		}
	}
}

// A rule that refuses good passwords teaches people to choose bad ones.
func TestAssessTakesGoodPasswords(t *testing.T) {
	for password, want := range map[string]Level{
		"Correct-horse-42!":                     Good,
		"correct horse battery staple":          Strong,
		"kV9#x2qL":                              Fair,
		"maria likes purple wombats":            Strong,
		"Пароль и кофе":                         Good,
		"hängematte im schatten":                Strong,
		"🐙🚲🌋🎻🧊🥁🪁🦉":                              Fair,
		strings.Repeat("kVx9", 64)[:250] + "z7": Fair,
	} {
		s := Assess(password, about)
		if s.Level < want || s.Err() != nil {
			t.Errorf("%.30q: %v %v, want %v", password, s.Level, s.Reasons, want)
		}
	}
	if s := Assess("Zu\u0308rich am See", About{}); s.Length != 13 {
		t.Errorf("length %d, want 13 code points after composing", s.Length)
	}
	if s := Assess(strings.Repeat("kV", 4)+strings.Repeat("wombat yes ", 30)[:248], About{}); s.Length != MaxLength || s.Err() != nil {
		t.Errorf("256 characters: %+v", s)
	}
}

func TestALeakRefuses(t *testing.T) {
	fine := Assess("correct horse battery staple", About{})
	if s := fine.With(Leak{Checked: true}); s.Err() != nil || s.Level != Strong || !s.Leak.Checked {
		t.Errorf("not found: %+v", s)
	}
	leaked := fine.With(Leak{Checked: true, Count: 12})
	if leaked.Level != Weak || !slices.Equal(leaked.Reasons, []Reason{Pwned}) || leaked.Err() == nil {
		t.Errorf("found: %+v", leaked)
	}
	if fine.Err() != nil {
		t.Error("With changed its receiver")
	}
}

// The list must be there, sorted, and large enough to matter.
func TestTheListOfCommonPasswords(t *testing.T) {
	n := len(common) / commonSize
	if n < 10000 || len(common)%commonSize != 0 {
		t.Fatalf("%d entries", n)
	}
	for i := 1; i < n; i++ {
		if common[(i-1)*commonSize:i*commonSize] >= common[i*commonSize:(i+1)*commonSize] {
			t.Fatalf("entry %d is out of order", i)
		}
	}
	for _, p := range []string{"123456", "qwertyuiop", "football", "letmein"} {
		if !inCommon(p) {
			t.Errorf("%s is not on it", p)
		}
	}
	if inCommon("kV9#x2qL") || inCommon("") {
		t.Error("everything is on it")
	}
}

func FuzzAssess(f *testing.F) {
	f.Add("Summer2024!", "maria@example.com", "Maria")
	f.Add("aaaa\u0308bbbb", "@", "\xff")
	f.Fuzz(func(t *testing.T, password, email, name string) {
		s := Assess(password, About{Email: email, Names: []string{name}})
		if (s.Err() == nil) != (s.Level > Weak) {
			t.Fatalf("%q: %+v", password, s)
		}
	})
}

func BenchmarkAssess(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Assess("Correct-horse-42!", about)
	}
}

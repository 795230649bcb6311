package password

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// Each string was made by the software of its kind (Python's hashlib and
// crypt, passlib's and Firebase's documentation, the Argon2 reference), not by
// this package.
var imports = []struct {
	name     string
	kind     Kind
	hash     string
	position SaltPosition
	password string
}{
	{"bcrypt 2a", Bcrypt, "$2a$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "", "correct horse"},
	{"bcrypt 2b", Bcrypt, "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "", "correct horse"},
	{"bcrypt 2y", Bcrypt, "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "", "correct horse"},
	{"bcrypt Django", Bcrypt, "bcrypt$$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "", "correct horse"},
	{"argon2id", Argon2, "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "", "password"},
	{"argon2i", Argon2, "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", "", "password"},
	{"scrypt passlib", Scrypt, "$scrypt$ln=8,r=8,p=1$WKs1xljLudd6z9kbY0wpJQ$yCR4iDZYDKv+iEJj6yHY0lv/epnfB6f/w1EbXrsJOuQ", "", "password"},
	{"scrypt n=", Scrypt, "$scrypt$v=1,n=1024,r=8,p=1,kl=32$c2Vhc2FsdDEy$J+uR2I2qqG8dD2kh83E6RDRIP5cl9QMWFT91s+0lLoY", "", "correct horse"},
	{"scrypt Django", Scrypt, "scrypt$1024$seasalt$8$1$b9vqOe0B5HZh2f10Q9RPN9OFNPtmb+ezp5YOlnZsJQ0vQ5I3eq8Zt7GFMuqQ58xCxTIvVL1QCL/PTXEWr+RNHA==", "", "correct horse"},
	{"scrypt Werkzeug", Scrypt, "scrypt:1024:8:2$seasalt$340b4614b3ddb3ac5741e394162d9fed60d1dbea38471ea04ef07a43dcae43ea01e7025344e5853374b9e9372ae66e12542a3d8cf88b0f12fec5de182fe57a6d", "", "correct horse"},
	{"Firebase", FirebaseScrypt, "$firebase-scrypt$hash=lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$salt=42xEC+ixf3L2lw==$sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$ss=Bw==$r=8$m=14", "", "user1password"},
	{"pbkdf2 passlib sha256", PBKDF2, "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M", "", "password"},
	{"pbkdf2 PHC sha512", PBKDF2, "$pbkdf2-sha512$i=1000,l=32$c2Vhc2FsdDEy$Io9bAyvomB4adHbcMuni+fuqZcZ2ism9uFOVJOJ7/gY", "", "correct horse"},
	{"pbkdf2 d=", PBKDF2, "$pbkdf2$i=1000,d=sha256$c2Vhc2FsdDEy$LJ9fn3pQS/rsdXPFQk/Wuje22q/pjlmcegWRwgq7lw8", "", "correct horse"},
	{"pbkdf2 Django sha256", PBKDF2, "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=", "", "correct horse"},
	{"pbkdf2 Django sha1", PBKDF2, "pbkdf2_sha1$1000$seasalt$iQvkNOF1wEL4Khh8eogJ8rUhipM=", "", "correct horse"},
	{"pbkdf2 Werkzeug", PBKDF2, "pbkdf2:sha512:1000$seasalt$081c76ae4a6f8f2100a28a4d56e45958e3b14d3470a15e898eb1c04590265a84467fb06597ff8deadb55ff8816bed775e8d27de0ea55a591e6e3821d32b1542e", "", "correct horse"},
	{"ssha", SSHA, "{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA==", "", "correct horse"},
	{"ssha prefix", SSHA, "{SSHA}WZyKzT9iOSDJ8wyQNTXoZCdaLjVzYWx0c2FsdA==", Prefix, "correct horse"},
	{"ssha256", SSHA256, "{SSHA256}YflVcOMs6k7tbGkQbQNVn6/ehAnUAVltiLPKHBWGi2tzYWx0c2FsdA==", Suffix, "correct horse"},
}

// People who were moved here sign in with the password they had, and leave an
// argon2id hash behind.
func TestImportsVerifyAndAreUpgraded(t *testing.T) {
	h := small()
	for _, c := range imports {
		t.Run(c.name, func(t *testing.T) {
			stored, err := Import(c.kind, c.hash, c.position)
			if err != nil {
				t.Fatal(err)
			}
			if out := verify(t, h, stored, c.password+"x"); out.OK || out.Upgrade != "" {
				t.Errorf("wrong password: %+v", out)
			}
			out := verify(t, h, stored, c.password)
			if !out.OK || !strings.HasPrefix(out.Upgrade, "$argon2id$") || h.NeedsRehash(out.Upgrade) {
				t.Fatalf("right password: %+v", out)
			}
			if again := verify(t, h, out.Upgrade, c.password); !again.OK || again.Upgrade != "" {
				t.Errorf("after the upgrade: %+v", again)
			}
		})
	}
}

// A hash whose cost is a trap must be refused when it is imported, not when
// its owner signs in (attacks P12).
func TestImportRefuses(t *testing.T) {
	key, salt := encode(make([]byte, 32)), encode(make([]byte, 16))
	for name, c := range map[string]struct {
		kind Kind
		hash string
		says string
	}{
		"bcrypt bomb":       {Bcrypt, "$2b$31$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "cost must be 4 to 14"},
		"bcrypt 15":         {Bcrypt, "$2b$15$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "cost must be 4 to 14"},
		"bcrypt 3":          {Bcrypt, "$2b$03$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "cost must be 4 to 14"},
		"bcrypt 2x":         {Bcrypt, "$2x$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "form"},
		"bcrypt cut":        {Bcrypt, "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lO", "form"},
		"bcrypt other sign": {Bcrypt, "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lO=2", "form"},
		"scrypt bomb":       {Scrypt, "$scrypt$ln=30,r=8,p=1$" + salt + "$" + key, "more work"},
		"scrypt n bomb":     {Scrypt, "$scrypt$n=1073741824,r=8,p=1$" + salt + "$" + key, "more work"},
		"scrypt 256 MiB":    {Scrypt, "$scrypt$ln=18,r=8,p=1$" + salt + "$" + key, "more work"},
		"scrypt wide":       {Scrypt, "$scrypt$ln=14,r=8,p=64$" + salt + "$" + key, "more work"},
		"scrypt odd N":      {Scrypt, "$scrypt$n=1000,r=8,p=1$" + salt + "$" + key, "form"},
		"scrypt twice":      {Scrypt, "$scrypt$ln=8,ln=8,r=8,p=1$" + salt + "$" + key, "form"},
		"firebase bomb":     {FirebaseScrypt, "$firebase-scrypt$hash=" + key + "$salt=" + salt + "$sk=" + key + "$ss=Bw$r=8$m=30", "more work"},
		"firebase no key":   {FirebaseScrypt, "$firebase-scrypt$hash=" + key + "$salt=" + salt + "$ss=Bw$r=8$m=14", "bytes"},
		"pbkdf2 bomb":       {PBKDF2, "$pbkdf2-sha256$i=2000001$" + salt + "$" + key, "2000000"},
		"pbkdf2 long":       {PBKDF2, "$pbkdf2-sha256$i=1000000$" + salt + "$" + encode(make([]byte, 128)), "2000000"},
		"pbkdf2 overflow":   {PBKDF2, "$pbkdf2-sha256$i=99999999999$" + salt + "$" + key, "more work"},
		"pbkdf2 md5":        {PBKDF2, "$pbkdf2-md5$i=1000$" + salt + "$" + key, "form"},
		"pbkdf2 zero":       {PBKDF2, "$pbkdf2-sha256$i=0$" + salt + "$" + key, "form"},
		"pbkdf2 short key":  {PBKDF2, "$pbkdf2-sha256$i=1000$" + salt + "$" + encode(make([]byte, 4)), "bytes"},
		"argon2 memory":     {Argon2, "$argon2id$v=19$m=4194304,t=1,p=1$" + salt + "$" + key, "more work"},
		"argon2 passes":     {Argon2, "$argon2id$v=19$m=64,t=33,p=1$" + salt + "$" + key, "more work"},
		"argon2 both":       {Argon2, "$argon2id$v=19$m=262144,t=5,p=1$" + salt + "$" + key, "more work"},
		"argon2 lanes":      {Argon2, "$argon2id$v=19$m=64,t=1,p=9$" + salt + "$" + key, "form"},
		"argon2d":           {Argon2, "$argon2d$v=19$m=64,t=1,p=1$" + salt + "$" + key, "argon2id and argon2i"},
		"argon2 v16":        {Argon2, "$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + key, "version 19"},
		"argon2 no v":       {Argon2, "$argon2id$m=64,t=1,p=1$" + salt + "$" + key, "version 19"},
		"argon2 ours":       {Argon2, "$typed$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + key, "form"},
		"ssha plain":        {SSHA, "{SHA}" + key, "form"},
		"ssha no salt":      {SSHA, "{SSHA}" + encode(make([]byte, 20)), "bytes"},
		"another type":      {Bcrypt, "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + key, "form"},
		"unknown type":      {"md5", "d41d8cd98f00b204e9800998ecf8427e", "password_hash_type"},
		"long":              {Argon2, strings.Repeat("$", 2000), "too long"},
		"empty":             {Bcrypt, "", "form"},
	} {
		t.Run(name, func(t *testing.T) {
			stored, err := Import(c.kind, c.hash, "")
			if !errors.Is(err, ErrInvalidHash) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %q, %v", stored, err)
			}
		})
	}
	if _, err := Import(SSHA, imports[17].hash, "middle"); !errors.Is(err, ErrInvalidHash) {
		t.Errorf("salt in the middle: %v", err)
	}
}

// bcrypt does not see past 72 bytes, nor in C past a NUL: whoever knows the
// beginning must not get in (attacks P12).
func TestBcryptNeverMatchesACutPassword(t *testing.T) {
	h := small()
	long := strings.Repeat("a", 72)
	for stored, typed := range map[string][]string{
		bcryptOf(t, long): {long + "b", long + strings.Repeat("c", 100), long + "\x00"},
		bcryptOf(t, ""):   {"\x00", "\x00anything"},
	} {
		for _, p := range typed {
			if verify(t, h, stored, p).OK {
				t.Errorf("%d bytes match", len(p))
			}
		}
	}
	if !verify(t, h, bcryptOf(t, long), long).OK {
		t.Error("72 bytes are not refused")
	}
}

func bcryptOf(t *testing.T, password string) string {
	t.Helper()
	stored, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(stored)
}

// Two imports that ask for much memory must not be run side by side.
func TestImportsWeighWhatTheyTake(t *testing.T) {
	for _, c := range imports {
		stored, err := Import(c.kind, c.hash, c.position)
		if err != nil {
			t.Fatal(err)
		}
		s, err := parse(stored)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]uint32{"argon2id": 65536, "Firebase": 16 << 10, "scrypt passlib": 256}[c.name]
		if s.kib() < want {
			t.Errorf("%s weighs %d KiB", c.name, s.kib())
		}
		if out, err := New(Options{KiB: 64, Passes: 1, MemoryKiB: 64}).Verify(context.Background(), "", stored, c.password); err != nil || !out.OK {
			t.Errorf("%s, heavier than the budget: %+v, %v", c.name, out, err)
		}
	}
}

func FuzzImport(f *testing.F) {
	for _, c := range imports {
		f.Add(string(c.kind), c.hash, string(c.position))
	}
	f.Fuzz(func(t *testing.T, kind, hash, position string) {
		stored, err := Import(Kind(kind), hash, SaltPosition(position))
		if err != nil {
			if !errors.Is(err, ErrInvalidHash) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		s, err := parse(stored)
		if err != nil {
			t.Fatalf("%q is stored as %q, which cannot be read", hash, stored)
		}
		if s.String() != stored {
			t.Fatalf("%q reads back as %q", stored, s.String())
		}
		if s.kib() > maxMemory {
			t.Fatalf("%q takes %d KiB", stored, s.kib())
		}
	})
}

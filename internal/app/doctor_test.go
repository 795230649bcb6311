package app

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/dbtest"
)

// patient is a configuration over a data directory of its own.
func patient(t *testing.T, more ...string) *config.Config {
	t.Helper()
	cfg, err := config.Load(append([]string{"GATEHOUSE_DATA_DIR=" + t.TempDir(), "GATEHOUSE_HIBP_URL=off"}, more...))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// migrated is one whose database has been made.
func migrated(t *testing.T, more ...string) *config.Config {
	t.Helper()
	cfg := patient(t, more...)
	d, err := open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	return cfg
}

// asked is what doctor says of a configuration, and whether all is well.
func asked(t *testing.T, cfg *config.Config) (said string, well bool) {
	t.Helper()
	var b strings.Builder
	err := examine(t.Context(), cfg, &b)
	if err != nil && !errors.Is(err, errSick) {
		t.Fatal(err)
	}
	return b.String(), err == nil
}

// Doctor is run by somebody whose server does not start: it must name what is
// wrong and what to do in one line, and it must not call a sick one well.
func TestDoctorSaysWhatToMend(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cfg  func(t *testing.T) *config.Config
		want []string
	}{
		"the key can be read by others": {func(t *testing.T) *config.Config {
			cfg := migrated(t)
			must(t, os.Chmod(filepath.Join(cfg.DataDir, masterKeyFile), 0o644))
			return cfg
		}, []string{"bad  keys", "chmod 600", "bad  database", "it needs the keys"}},
		"the key is damaged": {func(t *testing.T) *config.Config {
			cfg := migrated(t)
			must(t, os.WriteFile(filepath.Join(cfg.DataDir, masterKeyFile), []byte("half a k"), 0o600))
			return cfg
		}, []string{"bad  keys", "restore it from a backup"}},
		"the key is gone": {func(t *testing.T) *config.Config {
			cfg := migrated(t)
			must(t, os.Remove(filepath.Join(cfg.DataDir, masterKeyFile)))
			return cfg
		}, []string{"bad  keys", "restore the key from a backup"}},
		"the key is another": {func(t *testing.T) *config.Config {
			address := "GATEHOUSE_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "g.db")
			healthy(t, migrated(t, address, keyOf('a')))
			return patient(t, address, keyOf('b'))
		}, []string{"ok   keys", "bad  database", "is GATEHOUSE_MASTER_KEY the one"}},
		"the file is not a database": {func(t *testing.T) *config.Config {
			file := filepath.Join(t.TempDir(), "notes.db")
			must(t, os.WriteFile(file, []byte(strings.Repeat("not a database\n", 100)), 0o600))
			return patient(t, "GATEHOUSE_DATABASE_URL=sqlite:"+file, keyOf('a'))
		}, []string{"bad  database", "GATEHOUSE_DATABASE_URL", "not a database"}},
		"the tables are not there": {func(t *testing.T) *config.Config {
			file := filepath.Join(t.TempDir(), "empty.db")
			must(t, os.WriteFile(file, nil, 0o600))
			return patient(t, "GATEHOUSE_DATABASE_URL=sqlite:"+file, keyOf('a'))
		}, []string{"bad  database", "server migrate"}},
		"Postgres is not there": {func(t *testing.T) *config.Config {
			return patient(t, "GATEHOUSE_DATABASE_URL=postgres://gatehouse:canary@127.0.0.1:1/gatehouse")
		}, []string{"bad  database", "127.0.0.1:1", "start it, or correct GATEHOUSE_DATABASE_URL"}},
		"the mail server is not there": {func(t *testing.T) *config.Config {
			return migrated(t, "GATEHOUSE_SMTP_URL=smtp://someone:canary@"+closedPort(t))
		}, []string{"ok   database", "bad  mail", "GATEHOUSE_SMTP_URL"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sick(t, tt.cfg(t), tt.want...)
		})
	}
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		u, err := url.Parse(address)
		must(t, err)
		u.Path = "/no_such_database"
		sick(t, patient(t, "GATEHOUSE_DATABASE_URL="+u.String()), "bad  database", `database "no_such_database" does not exist`, "GATEHOUSE_DATABASE_URL")
	})
}

// sick wants doctor to find something to mend, and to say each of these.
func sick(t *testing.T, cfg *config.Config, want ...string) {
	t.Helper()
	said, well := asked(t, cfg)
	if well {
		t.Errorf("called well:\n%s", said)
	}
	for _, w := range want {
		if !strings.Contains(said, w) {
			t.Errorf("does not say %q:\n%s", w, said)
		}
	}
	if lines := strings.Count(said, "\n"); lines != len(checks) || strings.Contains(said, "canary") {
		t.Errorf("%d lines for %d checks, or a secret:\n%s", lines, len(checks), said)
	}
}

// What is well is called well, on a fresh machine too, where looking must not
// make what the first start makes.
func TestDoctorFindsAHealthyDeploymentWell(t *testing.T) {
	t.Parallel()
	fresh := patient(t)
	if said, well := asked(t, fresh); !well || strings.Count(said, "none yet") != 2 {
		t.Errorf("a fresh machine:\n%s", said)
	}
	if made, err := os.ReadDir(fresh.DataDir); err != nil || len(made) != 0 {
		t.Errorf("looking made %v (%v)", made, err)
	}
	healthy(t, migrated(t))
	dbtest.OnPostgres(t, func(t *testing.T, address string) { healthy(t, migrated(t, "GATEHOUSE_DATABASE_URL="+address)) })
}

func healthy(t *testing.T, cfg *config.Config) {
	t.Helper()
	if said, well := asked(t, cfg); !well || strings.Contains(said, "none yet") {
		t.Errorf("%s:\n%s", cfg.Database.Kind, said)
	}
}

// Clocks that are apart make tokens that are not valid yet: people cannot sign
// in, and nothing else says why.
func TestDoctorSeesClocksThatAreApart(t *testing.T) {
	t.Parallel()
	dbtest.OnPostgres(t, func(t *testing.T, _ string) {
		d := dbtest.Postgres(t)
		if said, err := lookAt(t.Context(), d); err != nil {
			t.Fatal(said, err)
		}
		for _, apart := range []time.Duration{-time.Minute, time.Minute} {
			d.Now = func() time.Time { return time.Now().Add(apart) }
			if _, err := lookAt(t.Context(), d); err == nil || !strings.Contains(err.Error(), "1m0s apart") || !strings.Contains(err.Error(), "NTP") {
				t.Errorf("%s: %v", apart, err)
			}
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func keyOf(b byte) string {
	return "GATEHOUSE_MASTER_KEY=" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32)))
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return fmt.Sprint(l.Addr())
}

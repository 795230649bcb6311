package config

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustLoad(t *testing.T, environ ...string) *Config {
	t.Helper()
	c, err := Load(environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// go run ./cmd/server without any environment must start.
func TestZeroEnvironmentRuns(t *testing.T) {
	c := mustLoad(t, "PATH=/bin", "HOME=/root")
	if c.Origin() != "http://localhost:8080" || c.Secure() || !c.IsDevelopment() {
		t.Errorf("base: %s", c.Origin())
	}
	if c.Database.Kind != SQLite || c.Database.Path != "data/gatehouse.db" || c.MigrateDatabase != c.Database {
		t.Errorf("database: %+v", c.Database)
	}
	if c.Worker != WorkerInline || c.HIBP == "" || len(c.AllowPrivateTargets) != 0 || c.Name != "Gatehouse" {
		t.Errorf("defaults: %+v", c)
	}
	if c.MailFrom != `"Gatehouse" <no-reply@localhost>` {
		t.Errorf("sender: %s", c.MailFrom)
	}
}

func key(b byte) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32)))
}

func production(extra ...string) []string {
	return append([]string{"GATEHOUSE_ENVIRONMENT=production", "GATEHOUSE_BASE_URL=https://Auth.Example.com:443/",
		"GATEHOUSE_DATABASE_URL=postgres://u:p@db/gatehouse", "GATEHOUSE_MASTER_KEY=" + key('a') + "," + key('b'),
		"GATEHOUSE_SMTP_URL=smtp://u:p@mail:587"}, extra...)
}

func TestProductionLoads(t *testing.T) {
	c := mustLoad(t, production("GATEHOUSE_WORKER=off", "GATEHOUSE_TRUSTED_PROXIES=10.0.0.0/8, 192.0.2.7, ::ffff:172.16.0.0/108",
		"GATEHOUSE_ALLOW_PRIVATE_TARGETS=true", "GATEHOUSE_DNS_SERVERS=192.0.2.53, 192.0.2.54:5353,2001:db8::1,[2001:db8::2]:54", "GATEHOUSE_HIBP_URL=off",
		"GATEHOUSE_SOCIAL_GITHUB_CLIENT_ID=a", "GATEHOUSE_SOCIAL_GITHUB_CLIENT_SECRET=b",
		"GATEHOUSE_BOOTSTRAP_CLIENT_ID=client_01BENCH00000000000000BENCH", "GATEHOUSE_BOOTSTRAP_API_KEY=sk_test_bench0123456789abcdef",
		"GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=http://127.0.0.1/cb,com.example.app:/cb", "OTEL_EXPORTER_OTLP_ENDPOINT=http://otel:4318")...)
	if c.Origin() != "https://auth.example.com" || !c.Secure() || c.IsDevelopment() {
		t.Errorf("base: %s", c.Origin())
	}
	if got := fmt.Sprint(c.TrustedProxies); got != "[10.0.0.0/8 192.0.2.7/32 172.16.0.0/12]" {
		t.Errorf("proxies: %s", got)
	}
	if got := fmt.Sprint(c.DNSServers); got != "[192.0.2.53:53 192.0.2.54:5353 [2001:db8::1]:53 [2001:db8::2]:54]" {
		t.Errorf("DNS servers: %s", got)
	}
	if k := c.MasterKeyBytes(); len(k) != 2 || string(k[1]) != strings.Repeat("b", 32) {
		t.Error("master keys are not decoded in order")
	}
	if c.HIBP != "" || len(c.AllowPrivateTargets) != 2 || len(c.Bootstrap.RedirectURIs) != 2 || c.Worker != WorkerOff {
		t.Errorf("values: %+v", c)
	}
	if s := c.Social["github"]; s.ClientID != "a" || s.ClientSecret.Reveal() != "b" {
		t.Errorf("social: %+v", s)
	}
	if err := c.CheckWorker(); err != nil {
		t.Error(err)
	}
}

// Each refusal must name the variable and what to do; one that starts anyway
// runs with a setting that its operator believes to be another.
func TestBadValuesAreRefused(t *testing.T) {
	for _, tt := range []struct {
		env  []string
		want []string // all in the one sentence
	}{
		{[]string{"GATEHOUSE_BASEURL=https://x.example"}, []string{"GATEHOUSE_BASEURL", "did you mean GATEHOUSE_BASE_URL?"}},
		{[]string{"GATEHOUSE_MASTER_KEY_FIEL=/x"}, []string{"did you mean GATEHOUSE_MASTER_KEY_FILE?"}},
		{[]string{"GATEHOUSE_ADDR_FILE=/x"}, []string{"GATEHOUSE_ADDR_FILE is not a setting"}},
		{[]string{"GATEHOUSE_COMPLETELY_ELSE="}, []string{"GATEHOUSE_COMPLETELY_ELSE", "remove it"}},
		{[]string{"GATEHOUSE_ADDR=8080"}, []string{"GATEHOUSE_ADDR", `"8080"`, "host:port"}},
		{[]string{"GATEHOUSE_ADDR=:0"}, []string{"port from 1"}},
		{[]string{"GATEHOUSE_BASE_URL=http://auth.example.com"}, []string{"GATEHOUSE_BASE_URL", "https://"}},
		{[]string{"GATEHOUSE_BASE_URL=http://10.0.0.1:8080"}, []string{"https://"}},
		{[]string{"GATEHOUSE_BASE_URL=https://a.example/auth"}, []string{"no path"}},
		{[]string{"GATEHOUSE_BASE_URL=https://a.example/?"}, []string{"no query"}},
		{[]string{"GATEHOUSE_BASE_URL=https://u@a.example"}, []string{"no user"}},
		{[]string{"GATEHOUSE_BASE_URL=auth.example.com"}, []string{"must be an origin"}},
		{[]string{"GATEHOUSE_BASE_URL=https://münchen.example"}, []string{"xn--"}},
		{[]string{"GATEHOUSE_DATABASE_URL=mysql://u:canary@h/d"}, []string{"GATEHOUSE_DATABASE_URL", "sqlite:PATH"}},
		{[]string{"GATEHOUSE_DATABASE_URL=sqlite:"}, []string{"name a file"}},
		{[]string{"GATEHOUSE_DATABASE_URL=sqlite::memory:"}, []string{"in memory"}},
		{[]string{"GATEHOUSE_WORKER=off"}, []string{"GATEHOUSE_WORKER", "SQLite"}},
		{[]string{"GATEHOUSE_WORKER=on"}, []string{"must be inline or off"}},
		{[]string{"GATEHOUSE_DATABASE_READ_URL=postgres://h/d"}, []string{"GATEHOUSE_DATABASE_READ_URL", "Postgres"}},
		{[]string{"GATEHOUSE_MIGRATE_DATABASE_URL=postgres://h/d"}, []string{"GATEHOUSE_MIGRATE_DATABASE_URL"}},
		{[]string{"GATEHOUSE_MASTER_KEY=canary"}, []string{"GATEHOUSE_MASTER_KEY", "openssl rand"}},
		{[]string{"GATEHOUSE_ENVIRONMENT=two words"}, []string{"one word"}},
		{[]string{"GATEHOUSE_ENVIRONMENT=production", "GATEHOUSE_BASE_URL=https://a.example"}, []string{"GATEHOUSE_SMTP_URL", "required"}},
		{[]string{"GATEHOUSE_ENVIRONMENT=staging", "GATEHOUSE_SMTP_URL=smtp://h"}, []string{"GATEHOUSE_BASE_URL", "public https://"}},
		{[]string{"GATEHOUSE_TRUSTED_PROXIES=10.0.0.0/33"}, []string{"GATEHOUSE_TRUSTED_PROXIES", "CIDR"}},
		{[]string{"GATEHOUSE_LOG_LEVEL=loud"}, []string{"debug, info, warn or error"}},
		{[]string{"GATEHOUSE_LOG_FORMAT=xml"}, []string{"text, json or auto"}},
		{[]string{"GATEHOUSE_ALLOW_PRIVATE_TARGETS=yes"}, []string{"true, false or CIDRs"}},
		{[]string{"GATEHOUSE_DNS_SERVERS=ns1.example.com"}, []string{"GATEHOUSE_DNS_SERVERS", "IP addresses"}},
		{[]string{"GATEHOUSE_DNS_SERVERS=192.0.2.53:0"}, []string{"ports other than 0"}},
		{[]string{"GATEHOUSE_BOOTSTRAP_API_KEY=sk_canary"}, []string{"GATEHOUSE_BOOTSTRAP_API_KEY", "24"}},
		{[]string{"GATEHOUSE_BOOTSTRAP_CLIENT_ID=app"}, []string{"client_"}},
		{[]string{"GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=javascript:alert(1)"}, []string{"browser"}},
		{[]string{"GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=https://*.a.example/cb"}, []string{"wildcard"}},
		{[]string{"GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=/cb"}, []string{"absolute"}},
		{[]string{"GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL=a@b.example"}, []string{"GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD"}},
		{[]string{"GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD=canary"}, []string{"8 to 256"}},
		{[]string{"GATEHOUSE_SOCIAL_APPLE_CLIENT_SECRET=canary"}, []string{"GATEHOUSE_SOCIAL_APPLE_CLIENT_ID"}},
		{[]string{"GATEHOUSE_SMTP_URL=mail.example.com:canary"}, []string{"smtp://"}},
		{[]string{"GATEHOUSE_MASTER_KEY_FILE=/nowhere/key"}, []string{"GATEHOUSE_MASTER_KEY_FILE", "/nowhere/key", "does not exist"}},
	} {
		t.Run(tt.env[0], func(t *testing.T) {
			_, err := Load(tt.env)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "\n") {
				t.Errorf("one sentence without secrets, please: %q", err)
			}
		})
	}
}

func TestPostgresNeedsItsKeyOutsideDevelopment(t *testing.T) {
	env := production()
	env[3] = "GATEHOUSE_MASTER_KEY="
	if _, err := Load(env); err == nil || !strings.Contains(err.Error(), "GATEHOUSE_MASTER_KEY is required") {
		t.Errorf("got %v", err)
	}
	mustLoad(t, "GATEHOUSE_DATABASE_URL=postgres:///gatehouse?host=/run/postgresql") // in development it is generated
}

// Kubernetes injects these for a service called gatehouse; the pod must start.
func TestInjectedNamesAreIgnored(t *testing.T) {
	mustLoad(t, "GATEHOUSE_PORT=tcp://10.0.0.1:80", "GATEHOUSE_PORT_80_TCP_ADDR=10.0.0.1", "GATEHOUSE_SERVICE_HOST=10.0.0.1",
		"GATEHOUSE_TEST_POSTGRES=postgres://x", "GATEHOUSE_DB_SERVICE_HOST=x", "GATEHOUSE_DB_PORT=tcp://x:1", "GATEHOUSE_DB_PORT_5432_TCP=x")
	if _, err := Load([]string{"GATEHOUSE_SMTP_PORT=25"}); err == nil {
		t.Error("a port that nobody injects is a mistake")
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(key('z')+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := mustLoad(t, "GATEHOUSE_MASTER_KEY_FILE="+path)
	if string(c.MasterKeyBytes()[0]) != strings.Repeat("z", 32) {
		t.Error("the file was not read")
	}
	_, err := Load([]string{"GATEHOUSE_MASTER_KEY_FILE=" + path, "GATEHOUSE_MASTER_KEY=" + key('y')})
	if err == nil || !strings.Contains(err.Error(), "both set") {
		t.Errorf("two sources: %v", err)
	}
}

func TestAllProblemsAreToldAtOnce(t *testing.T) {
	_, err := Load([]string{"GATEHOUSE_NMAE=x", "GATEHOUSE_ADDR=x", "GATEHOUSE_WORKER=x"})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v", err)
	}
}

func TestWorkerRefusesSQLite(t *testing.T) {
	if err := mustLoad(t).CheckWorker(); err == nil || !strings.Contains(err.Error(), "GATEHOUSE_DATABASE_URL") {
		t.Errorf("got %v", err)
	}
}

// The whole configuration is logged by somebody one day.
func TestPrintedConfigHoldsNoSecret(t *testing.T) {
	c := mustLoad(t, production("GATEHOUSE_BOOTSTRAP_API_KEY=sk_canary_canary_canary_canary", "GATEHOUSE_REDIS_URL=redis://:canary@h")...)
	if text := fmt.Sprintf("%v %+v %#v", c, *c, *c); strings.Contains(text, "canary") || strings.Contains(text, "u:p@") {
		t.Error(text)
	}
}

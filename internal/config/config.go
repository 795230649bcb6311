package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"os"
)

// Development is the environment that allows conveniences which would be
// holes elsewhere: http on loopback, mail kept on a page, generated keys.
const Development = "development"

// Config is everything the environment says, validated.
type Config struct {
	Addr      string   // listen address
	AdminAddr string   // metrics and pprof; empty: off
	BaseURL   *url.URL // scheme and host only; see Origin

	Database        Database
	ReadDatabase    Database // the replica; Kind is empty where there is none
	MigrateDatabase Database // the role that owns the tables; the same as Database by default
	DataDir         string

	Environment string
	Name        string

	MasterKeys []Secret // 32 raw bytes each, the first wraps; empty: generated into DataDir

	Worker Worker
	Redis  Secret // URL; empty: off

	SMTP     Secret // URL; empty: mail is kept and shown at /admin/mail
	MailFrom string // address, perhaps with a name

	TrustedProxies []netip.Prefix

	LogLevel  slog.Level
	LogFormat LogFormat

	OTLPEndpoint string // empty: no traces

	AllowPrivateTargets []netip.Prefix   // what internal/netguard lets through
	DNSServers          []netip.AddrPort // resolvers that look for proofs of domains; none: the system's
	HIBP                string           // range endpoint with a trailing slash; empty: off

	Bootstrap Bootstrap
	Social    map[string]Social // by provider in lower case: google, microsoft …
	SMS       Secret            // URL of the gateway
	ExportS3  Secret            // URL of the bucket
	Challenge Challenge         // of somebody else's; the zero value is our own puzzle
}

// Challenge is a service that tells people from machines, where too much
// failed: Turnstile, hCaptcha, reCAPTCHA and their like.
type Challenge struct {
	Script    string // address of the widget's script
	VerifyURL string
	SiteKey   string
	Secret    Secret
	Class     string // of the element that the script draws in
	Field     string // that the widget adds to the form
}

// Set reports whether there is such a service.
func (c Challenge) Set() bool { return c.Script != "" }

// Bootstrap is what the first start creates, where it is not there yet.
type Bootstrap struct {
	APIKey           Secret
	ClientID         string
	RedirectURIs     []string
	LogoutURIs       []string
	OperatorEmail    string
	OperatorPassword Secret
}

// Social is the registration at one social identity provider.
type Social struct {
	ClientID     string
	ClientSecret Secret
}

// Worker says whether this process works jobs.
type Worker string

// The values of GATEHOUSE_WORKER.
const (
	WorkerInline Worker = "inline"
	WorkerOff    Worker = "off"
)

// LogFormat is how log lines look.
type LogFormat string

// The values of GATEHOUSE_LOG_FORMAT. Auto is text on a terminal, else JSON.
const (
	LogAuto LogFormat = "auto"
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Origin is the public origin without a trailing slash: what every link,
// issuer and entity ID begins with, byte for byte.
func (c *Config) Origin() string { return c.BaseURL.String() }

// Secure reports whether browsers reach this deployment by https.
func (c *Config) Secure() bool { return c.BaseURL.Scheme == "https" }

// IsDevelopment reports whether development conveniences are allowed.
func (c *Config) IsDevelopment() bool { return c.Environment == Development }

// MasterKeyBytes are the keys as internal/seal wants them.
func (c *Config) MasterKeyBytes() [][]byte {
	keys := make([][]byte, len(c.MasterKeys))
	for i, k := range c.MasterKeys {
		keys[i] = []byte(k.Reveal())
	}
	return keys
}

// TextLog reports whether log lines to f should be text rather than JSON.
func (c *Config) TextLog(f *os.File) bool {
	if c.LogFormat != LogAuto {
		return c.LogFormat == LogText
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// CheckWorker says why cmd/worker cannot run with this configuration: SQLite
// has one writer, and that is the server.
func (c *Config) CheckWorker() error {
	if c.Database.Kind == SQLite {
		return &Error{Name: prefix + "DATABASE_URL", Sentence: "GATEHOUSE_DATABASE_URL names a SQLite file, where the server works the jobs itself: " +
			"do not start a worker beside it, or set a postgres:// URL."}
	}
	return nil
}

package config

import (
	"fmt"
	"strings"
)

// variable is one name of the environment: the row of the table that loads,
// validates and documents it.
type variable struct {
	name    string
	bare    bool   // the name has no GATEHOUSE_ prefix
	secret  bool   // never repeated in an error; NAME_FILE reads it from a file
	initial string // the value where none is set
	shown   string // the default as documented, where initial does not say it
	meaning string
	set     func(*Config, string) error
}

func (v *variable) full() string {
	if v.bare {
		return v.name
	}
	return prefix + v.name
}

// problem makes the sentence from what set found wrong with value.
func (v *variable) problem(value string, err error) error {
	if v.secret {
		return &Error{v.full(), fmt.Sprintf("%s %s.", v.full(), err)}
	}
	return &Error{v.full(), fmt.Sprintf("%s is %q, but it %s.", v.full(), clip(value), err)}
}

// clip keeps a message readable when somebody pastes a file into a variable.
func clip(s string) string {
	const most = 120
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// variables is the table. Its order is that of docs/config.md.
var variables = append(append(serverVariables, storageVariables...), append(serviceVariables, firstStartVariables...)...)

var serverVariables = []variable{
	{name: "ADDR", initial: "127.0.0.1:8080", meaning: "Listen address.", set: setAddr},
	{name: "ADMIN_ADDR", shown: "off", meaning: "Listen address of metrics and pprof. Keep it private.", set: setAdminAddr},
	{name: "BASE_URL", shown: "`http://localhost:` and the port of `ADDR`", set: setBaseURL,
		meaning: "The public origin: every link, issuer and entity ID is built from it and never from a request header. `https` is required unless it is loopback."},
	{name: "ENVIRONMENT", initial: Development, set: setEnvironment,
		meaning: "Any word. Every other than `development` refuses development conveniences (loopback base URL, generated master key on Postgres, mail without SMTP) and shows as a badge unless it is `production`."},
	{name: "NAME", initial: "Gatehouse", meaning: "The deployment's name on pages and in mails.", set: setName},
	{name: "TRUSTED_PROXIES", shown: "none", meaning: "Addresses and CIDRs, comma-separated, whose `X-Forwarded-For` counts.",
		set: func(c *Config, v string) (err error) { c.TrustedProxies, err = parsePrefixes(v); return }},
	{name: "LOG_LEVEL", initial: "info", meaning: "`debug`, `info`, `warn` or `error`.", set: setLogLevel},
	{name: "LOG_FORMAT", initial: string(LogAuto), shown: "`text` on a terminal, else `json`", meaning: "`text`, `json` or `auto`.",
		set: oneOf(func(c *Config) *LogFormat { return &c.LogFormat }, LogText, LogJSON, LogAuto)},
	{name: "OTEL_EXPORTER_OTLP_ENDPOINT", bare: true, shown: "off", meaning: "OpenTelemetry collector for traces and metrics. This name has no `GATEHOUSE_` prefix.",
		set: func(c *Config, v string) error { c.OTLPEndpoint = v; return checkURL(v, "http", "https") }},
}

var storageVariables = []variable{
	{name: "DATA_DIR", initial: "./data", meaning: "Directory of the SQLite file, generated keys and local exports.", set: setDataDir},
	{name: "DATABASE_URL", secret: true, shown: "`sqlite:` and `gatehouse.db` under `DATA_DIR`", meaning: "`postgres://…` or `sqlite:PATH`.",
		set: func(c *Config, v string) (err error) { c.Database, err = parseDatabase(v); return }},
	{name: "DATABASE_READ_URL", secret: true, shown: "off", meaning: "A streaming replica of the same Postgres, for the audit log's pages and searches. Where it does not answer, or is more than 5 s behind, the primary is asked.",
		set: func(c *Config, v string) (err error) { c.ReadDatabase, err = parseDatabase(v); return }},
	{name: "MIGRATE_DATABASE_URL", secret: true, shown: "`DATABASE_URL`", set: func(c *Config, v string) (err error) { c.MigrateDatabase, err = parseDatabase(v); return },
		meaning: "The role that migrates and owns the tables. The server itself runs `SET ROLE gatehouse_app` on every connection."},
	{name: "MASTER_KEY", secret: true, shown: "on SQLite, and in development, generated into `DATA_DIR`", set: setMasterKey,
		meaning: "32 bytes in base64, several comma-separated: the first wraps the data keys, all open them. Required on Postgres outside development. Make one with `openssl rand -base64 32`."},
	{name: "REDIS_URL", secret: true, shown: "off", meaning: "Rate limits shared by all nodes. Without it Postgres or memory serves.",
		set: func(c *Config, v string) error { c.Redis = NewSecret(v); return checkURL(v, "redis", "rediss") }},
	{name: "WORKER", initial: string(WorkerInline), meaning: "`inline`, or `off` where `cmd/worker` works the jobs (Postgres alone).",
		set: oneOf(func(c *Config) *Worker { return &c.Worker }, WorkerInline, WorkerOff)},
}

var serviceVariables = append([]variable{
	{name: "SMTP_URL", secret: true, shown: "in development mail is kept and shown at `/admin/mail`", meaning: "`smtp://user:password@host:587` or `smtps://…`. Required outside development.",
		set: func(c *Config, v string) error { c.SMTP = NewSecret(v); return checkURL(v, "smtp", "smtps") }},
	{name: "MAIL_FROM", shown: "`NAME` and `no-reply@` the host of `BASE_URL`", meaning: "Sender of mails: an address, or `Name <address>`.", set: setMailFrom},
	{name: "ALLOW_PRIVATE_TARGETS", initial: "false", set: setPrivateTargets,
		meaning: "`false`, `true` or CIDRs, comma-separated: private addresses that webhooks, metadata and discovery may reach. For development and tests."},
	{name: "DNS_SERVERS", shown: "the system's, from `/etc/resolv.conf`", set: setDNSServers,
		meaning: "Resolvers that look for the records that prove domains: IP addresses, comma-separated, each with a port or at 53. They find a domain's nameservers, which are asked themselves where they can be reached."},
	{name: "HIBP_URL", initial: "https://api.pwnedpasswords.com/range/", set: setHIBP,
		meaning: "k-anonymity range endpoint of the breached-password check, or `off`. Where it cannot be reached the check is skipped; the built-in list of common passwords always applies."},
	{name: "SMS_URL", secret: true, shown: "off", meaning: "Address of the SMS gateway. May be set in the dashboard instead.",
		set: func(c *Config, v string) error { c.SMS = NewSecret(v); return checkURL(v, "https", "http") }},
	{name: "CHALLENGE_SCRIPT_URL", shown: "off", meaning: "Script of a challenge widget of Turnstile's kind, shown after repeated failures in place of the built-in puzzle. All of `CHALLENGE_SCRIPT_URL`, `_VERIFY_URL`, `_SITE_KEY` and `_SECRET` go together.",
		set: func(c *Config, v string) error { c.Challenge.Script = v; return checkURL(v, "https", "http") }},
	{name: "CHALLENGE_VERIFY_URL", shown: "off", meaning: "Where that service says whether a response is good.",
		set: func(c *Config, v string) error { c.Challenge.VerifyURL = v; return checkURL(v, "https", "http") }},
	{name: "CHALLENGE_SITE_KEY", shown: "off", meaning: "Public key at that service.", set: func(c *Config, v string) error { c.Challenge.SiteKey = v; return checkToken(v) }},
	{name: "CHALLENGE_SECRET", secret: true, shown: "off", meaning: "Secret at that service.", set: func(c *Config, v string) error { c.Challenge.Secret = NewSecret(v); return nil }},
	{name: "CHALLENGE_CLASS", initial: "cf-turnstile", meaning: "Class of the element that the widget draws in, such as `h-captcha`.", set: func(c *Config, v string) error { c.Challenge.Class = v; return checkToken(v) }},
	{name: "CHALLENGE_FIELD", initial: "cf-turnstile-response", meaning: "Form field with the widget's response, such as `h-captcha-response`.", set: func(c *Config, v string) error { c.Challenge.Field = v; return checkToken(v) }},
	{name: "EXPORT_S3_URL", secret: true, shown: "off", meaning: "Bucket for audit exports: `s3://BUCKET[/PREFIX][?region=…]` with what the machine has at Amazon, or `https://ACCESS_KEY:SECRET_KEY@HOST/BUCKET[/PREFIX][?region=…]`. Without it they lie in `DATA_DIR`, which servers and workers must share then.",
		set: func(c *Config, v string) error { c.ExportS3 = NewSecret(v); return checkURL(v, "s3", "https", "http") }},
}, socialVariables()...)

var firstStartVariables = []variable{
	{name: "BOOTSTRAP_API_KEY", secret: true, shown: "generated", meaning: "First key of the management API: `sk_` and letters, digits, `_` or `-`, at least 24 characters in all. Created on start if missing.", set: setBootstrapKey},
	{name: "BOOTSTRAP_CLIENT_ID", shown: "generated", meaning: "Client id of the first application: `client_` and letters, digits, `_` or `-`. Created on start if missing.", set: setBootstrapClient},
	{name: "BOOTSTRAP_REDIRECT_URIS", shown: "none", meaning: "Redirect URIs of the first application, comma-separated.",
		set: func(c *Config, v string) (err error) { c.Bootstrap.RedirectURIs, err = parseURIs(v); return }},
	{name: "BOOTSTRAP_LOGOUT_URIS", shown: "none", meaning: "Return addresses after sign-out of the first application, comma-separated. The origin of a redirect URI is always one.",
		set: func(c *Config, v string) (err error) { c.Bootstrap.LogoutURIs, err = parseURIs(v); return }},
	{name: "BOOTSTRAP_OPERATOR_EMAIL", shown: "a set-up link is printed", meaning: "Email address of the first operator; goes with `BOOTSTRAP_OPERATOR_PASSWORD`.", set: setOperatorEmail},
	{name: "BOOTSTRAP_OPERATOR_PASSWORD", secret: true, shown: "a set-up link is printed", meaning: "Password of the first operator, 8 to 256 characters.", set: setOperatorPassword},
}

func socialVariables() []variable {
	var all []variable
	for _, provider := range []string{"Google", "Microsoft", "GitHub", "Apple", "GitLab", "LinkedIn", "Slack"} {
		upper, key := strings.ToUpper(provider), strings.ToLower(provider)
		all = append(all,
			variable{name: "SOCIAL_" + upper + "_CLIENT_ID", shown: "off", meaning: "Client id at " + provider + ". May be set in the dashboard instead.",
				set: func(c *Config, v string) error {
					c.Social[key] = Social{ClientID: v, ClientSecret: c.Social[key].ClientSecret}
					return nil
				}},
			variable{name: "SOCIAL_" + upper + "_CLIENT_SECRET", secret: true, shown: "off", meaning: "Client secret at " + provider + ".",
				set: func(c *Config, v string) error {
					c.Social[key] = Social{ClientID: c.Social[key].ClientID, ClientSecret: NewSecret(v)}
					return nil
				}})
	}
	return all
}

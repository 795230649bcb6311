package config

import (
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
)

// complete fills in what follows from other variables, then checks what
// concerns several of them.
func (c *Config) complete(values map[string]string) []error {
	if c.BaseURL == nil {
		_, port, _ := net.SplitHostPort(c.Addr) // checked by setAddr
		c.BaseURL = &url.URL{Scheme: "http", Host: canonicalHost("localhost", port, "http")}
	}
	if c.Database.Kind == "" {
		c.Database = Database{Kind: SQLite, Path: filepath.Join(c.DataDir, "gatehouse.db")}
	}
	if c.MigrateDatabase.Kind == "" {
		c.MigrateDatabase = c.Database
	}
	if c.MailFrom == "" {
		c.MailFrom = (&mail.Address{Name: c.Name, Address: "no-reply@" + mailHost(c.BaseURL.Hostname())}).String()
	}
	errs := append(c.checkDatabases(values), c.checkPairs()...)
	if !c.IsDevelopment() {
		errs = append(errs, c.checkProduction()...)
	}
	return errs
}

func mailHost(host string) string {
	if net.ParseIP(host) != nil {
		return "localhost"
	}
	return host
}

func refuse(name, sentence string) error {
	return &Error{prefix + name, prefix + name + " " + sentence}
}

func (c *Config) checkDatabases(values map[string]string) (errs []error) {
	if c.Database.Kind == SQLite && c.Worker == WorkerOff {
		errs = append(errs, refuse("WORKER", "is off, but on SQLite the server must work the jobs itself: remove it, or set GATEHOUSE_DATABASE_URL to a postgres:// URL."))
	}
	if values[prefix+"DATABASE_READ_URL"] != "" && (c.ReadDatabase.Kind != Postgres || c.Database.Kind != Postgres) {
		errs = append(errs, refuse("DATABASE_READ_URL", "is for a Postgres replica of a Postgres database: remove it, or set both addresses to postgres:// URLs."))
	}
	switch {
	case c.MigrateDatabase.Kind != c.Database.Kind:
		errs = append(errs, refuse("MIGRATE_DATABASE_URL", "must name the same database as GATEHOUSE_DATABASE_URL with another role: set both to postgres:// URLs, or remove it."))
	case c.Database.Kind == SQLite && c.MigrateDatabase.Path != c.Database.Path:
		errs = append(errs, refuse("MIGRATE_DATABASE_URL", "names another SQLite file than GATEHOUSE_DATABASE_URL: remove it, because SQLite has no roles."))
	}
	return errs
}

// checkPairs refuses halves of what is only useful whole.
func (c *Config) checkPairs() (errs []error) {
	if b := c.Bootstrap; (b.OperatorEmail == "") != b.OperatorPassword.Empty() {
		errs = append(errs, refuse("BOOTSTRAP_OPERATOR_EMAIL", "and GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD go together: set both, or neither to get a set-up link."))
	}
	if ch := c.Challenge; ch.Set() != (ch.VerifyURL != "") || ch.Set() != (ch.SiteKey != "") || ch.Set() == ch.Secret.Empty() {
		errs = append(errs, refuse("CHALLENGE_SCRIPT_URL", "goes together with GATEHOUSE_CHALLENGE_VERIFY_URL, GATEHOUSE_CHALLENGE_SITE_KEY and GATEHOUSE_CHALLENGE_SECRET: set all four or none."))
	}
	for _, v := range variables { // in the table's order, so that the messages come in one
		s, half := c.halfSocial(v.name)
		if half {
			errs = append(errs, refuse(v.name, "is set without "+prefix+s+": set both or neither."))
		}
	}
	return errs
}

// checkProduction refuses what only development may do.
func (c *Config) checkProduction() (errs []error) {
	if loopback(c.BaseURL.Hostname()) {
		errs = append(errs, refuse("BASE_URL", "must be the public https:// origin outside development: set it, or set GATEHOUSE_ENVIRONMENT to development."))
	}
	if c.SMTP.Empty() {
		errs = append(errs, refuse("SMTP_URL", "is required outside development: set it to smtp://user:password@host:587, or set GATEHOUSE_ENVIRONMENT to development."))
	}
	if c.Database.Kind == Postgres && len(c.MasterKeys) == 0 {
		errs = append(errs, refuse("MASTER_KEY", "is required on Postgres outside development: set it to the output of `openssl rand -base64 32` and keep a copy."))
	}
	return errs
}

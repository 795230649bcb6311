package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/id"
)

// The setters read one value each. Their errors continue a sentence that has
// named the variable: "… must be …".

func setAddr(c *Config, v string) error {
	c.Addr = v
	return checkAddr(v)
}

func setAdminAddr(c *Config, v string) error {
	if v == "off" {
		return nil
	}
	c.AdminAddr = v
	return checkAddr(v)
}

func checkAddr(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return errors.New("must be host:port, for example 127.0.0.1:8080 or :8080")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return errors.New("must end in a port from 1 to 65535")
	}
	return nil
}

var environmentWord = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

func setEnvironment(c *Config, v string) error {
	c.Environment = strings.ToLower(v)
	if !environmentWord.MatchString(c.Environment) {
		return errors.New("must be one word of at most 32 letters, digits and hyphens, for example production")
	}
	return nil
}

func setName(c *Config, v string) error {
	c.Name = strings.TrimSpace(v)
	if c.Name == "" || utf8.RuneCountInString(c.Name) > 60 || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return errors.New("must be 1 to 60 characters on one line")
	}
	return nil
}

func setDataDir(c *Config, v string) error {
	c.DataDir = filepath.Clean(v)
	if strings.ContainsAny(v, "?#") {
		return errors.New("must be a plain path without ? and #")
	}
	return nil
}

func setLogLevel(c *Config, v string) error {
	switch v {
	case "debug", "info", "warn", "error":
		return c.LogLevel.UnmarshalText([]byte(v))
	}
	c.LogLevel = slog.LevelInfo
	return errors.New("must be debug, info, warn or error")
}

func oneOf[T ~string](field func(*Config) *T, allowed ...T) func(*Config, string) error {
	return func(c *Config, v string) error {
		names := make([]string, len(allowed))
		for i, a := range allowed {
			if v == string(a) {
				*field(c) = a
				return nil
			}
			names[i] = string(a)
		}
		last := len(names) - 1
		return fmt.Errorf("must be %s or %s", strings.Join(names[:last], ", "), names[last])
	}
}

func setMasterKey(c *Config, v string) error {
	for _, text := range splitList(v) {
		// The alphabets of RFC 4648 §4 and §5, with and without padding.
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		key, err := base64.RawStdEncoding.Strict().DecodeString(plain)
		if err != nil || len(key) != 32 {
			return errors.New("must be 32 bytes in base64 (several comma-separated): make one with `openssl rand -base64 32`")
		}
		c.MasterKeys = append(c.MasterKeys, NewSecret(string(key)))
	}
	if len(c.MasterKeys) == 0 {
		return errors.New("holds no key: make one with `openssl rand -base64 32`")
	}
	return nil
}

func setMailFrom(c *Config, v string) error {
	c.MailFrom = v
	if _, err := mail.ParseAddress(v); err != nil || len(v) > 320 {
		return errors.New("must be an address, for example Gatehouse <no-reply@example.com>")
	}
	return nil
}

func setHIBP(c *Config, v string) error {
	if v == "off" {
		return nil
	}
	c.HIBP = strings.TrimRight(v, "/") + "/"
	return checkURL(v, "https", "http")
}

var token = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,200}$`)

func checkToken(v string) error {
	if !token.MatchString(v) {
		return errors.New("must be letters, digits, dots, _ or -, at most 200 characters")
	}
	return nil
}

var bootstrapKey = regexp.MustCompile(`^sk_[A-Za-z0-9_-]{21,253}$`)

func setBootstrapKey(c *Config, v string) error {
	c.Bootstrap.APIKey = NewSecret(v)
	if !bootstrapKey.MatchString(v) {
		return errors.New("must be sk_ and letters, digits, _ or -, 24 to 256 characters in all")
	}
	return nil
}

func setBootstrapClient(c *Config, v string) error {
	c.Bootstrap.ClientID = v
	if _, err := id.ParseClient(v); err != nil {
		return errors.New("must be client_ and letters, digits, _ or -, at most 64 characters in all")
	}
	return nil
}

func setOperatorEmail(c *Config, v string) error {
	c.Bootstrap.OperatorEmail = v
	if a, err := mail.ParseAddress(v); err != nil || a.Address != v || len(v) > 254 {
		return errors.New("must be an email address, for example ops@example.com")
	}
	return nil
}

func setOperatorPassword(c *Config, v string) error {
	c.Bootstrap.OperatorPassword = NewSecret(v)
	if n := utf8.RuneCountInString(v); n < 8 || n > 256 || !utf8.ValidString(v) {
		return errors.New("must have 8 to 256 characters")
	}
	return nil
}

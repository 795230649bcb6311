package config

import "strings"

// halfSocial reports whether the variable name (SOCIAL_…) is set while its
// other half, which it names, is not.
func (c *Config) halfSocial(name string) (other string, half bool) {
	rest, ok := strings.CutPrefix(name, "SOCIAL_")
	if !ok {
		return "", false
	}
	if provider, ok := strings.CutSuffix(rest, "_CLIENT_ID"); ok {
		s := c.Social[strings.ToLower(provider)]
		return "SOCIAL_" + provider + "_CLIENT_SECRET", s.ClientID != "" && s.ClientSecret.Empty()
	}
	provider := strings.TrimSuffix(rest, "_CLIENT_SECRET")
	s := c.Social[strings.ToLower(provider)]
	return "SOCIAL_" + provider + "_CLIENT_ID", s.ClientID == "" && !s.ClientSecret.Empty()
}

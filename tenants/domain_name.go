package tenants

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"gatehouse/internal/problem"
)

// What is refused as an organization's domain.
var (
	ErrInvalidDomain = problem.New(problem.Invalid, "invalid_domain", "That is not a domain name, such as example.com.")
	ErrPublicSuffix  = problem.New(problem.Invalid, "domain_is_public_suffix", "Everybody registers names below that domain. Give the organization's own, such as example.com.")
	ErrMailProvider  = problem.New(problem.Invalid, "domain_is_mail_provider", "Everybody gets addresses at that domain. It belongs to a mail provider, not to one organization.")
)

// NormalizeDomain is the one spelling of a domain name: lower case, punycode,
// without the root's dot, so that no variant of a verified domain is free.
func NormalizeDomain(name string) (string, error) {
	name = strings.TrimSpace(name)
	if len(name) > 1024 || !strings.ContainsAny(name, dots) {
		return "", ErrInvalidDomain
	}
	if last, size := lastRune(name); strings.ContainsRune(dots, last) {
		name = name[:len(name)-size]
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || len(ascii) > 253 || !strings.Contains(ascii, ".") || isAddress(ascii) {
		return "", ErrInvalidDomain
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > 63 {
			return "", ErrInvalidDomain
		}
	}
	return strings.ToLower(ascii), nil
}

// dots are the characters that separate labels (RFC 3490 §3.1).
const dots = ".。．｡"

func lastRune(s string) (rune, int) {
	var last rune
	at := 0
	for i, r := range s {
		last, at = r, i
	}
	return last, len(s) - at
}

// isAddress reports whether the last label is a number: no top-level domain
// is, every IPv4 address is.
func isAddress(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// Claimable is the spelling of a domain that one organization can hold. What
// is everybody's is nobody's: the organization that verified it would take in
// strangers, and decide how they sign in.
func Claimable(typed string) (string, error) {
	name, err := NormalizeDomain(typed)
	if err != nil {
		return "", err
	}
	if len(verificationPrefix)+1+len(name) > 253 {
		return "", ErrInvalidDomain // there is no room for the record that proves it
	}
	if suffix, _ := publicsuffix.PublicSuffix(name); suffix == name {
		return "", ErrPublicSuffix
	}
	if slices.Contains(mailProviders, name) {
		return "", ErrMailProvider
	}
	return name, nil
}

// mailProviders are the domains at which most people of the world have their
// own address. The list cannot be whole and need not be: nobody but the
// provider can prove such a domain by DNS, so it stands against an operator's
// word that was given by mistake.
var mailProviders = strings.Fields(`
	126.com 163.com aol.com aol.de att.net bellsouth.net bluewin.ch btinternet.com comcast.net cox.net daum.net duck.com
	email.com fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com
	hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com
	interia.pl laposte.net libero.it live.co.uk live.com live.de live.fr live.nl mac.com mail.com mail.de mail.ru mailbox.org
	me.com msn.com naver.com o2.pl onet.pl optonline.net orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it
	outlook.jp pm.me posteo.de proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com sbcglobal.net
	seznam.cz sfr.fr sina.com sky.com t-online.de tiscali.it tuta.com tuta.io tutanota.com tutanota.de uol.com.br verizon.net
	virgilio.it wanadoo.fr web.de wp.pl ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de
	yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com zoho.com zohomail.com`)

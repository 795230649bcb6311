package saml

import (
	"fmt"
	"regexp"
	"strings"
)

// maxRedacted bounds what is kept of one document.
const maxRedacted = 16 << 10

// Redact is a document as the attempt recorder keeps it: readable, and
// without what could be used again or should be read by nobody. Signature and
// cipher values are cut to their length, so that a copy can never be posted;
// attributes whose name sounds like a secret lose their values. What cannot be
// read is kept as its length alone.
func Redact(document []byte) string {
	root, err := read(document, metadataLimits)
	if err != nil {
		return fmt.Sprintf("%d bytes that are not readable as strict XML: %s", len(document), err)
	}
	redact(root)
	return clip(string(canonical(root, nil, nil)))
}

var masked = map[string]bool{"SignatureValue": true, "CipherValue": true}

// secret is what an attribute's name sounds like when its values are nobody's
// business.
var secret = regexp.MustCompile(`(?i)pass(word|wd|phrase)|secret|token|api.?key|private.?key|credential|(^|[^a-z])(pwd|pin|ssn|otp|totp)([^a-z]|$)|social.?security|birth|hash|recovery`)

func redact(n *node) {
	switch {
	case masked[n.local]:
		text, _ := n.text()
		n.children = []child{{text: fmt.Sprintf("[%d characters]", len(text))}}
	case n.local == "Attribute" && (secret.MatchString(n.attribute("Name")) || secret.MatchString(n.attribute("FriendlyName"))):
		for _, c := range n.children {
			if c.element != nil {
				c.element.children = []child{{text: "[redacted]"}}
			}
		}
	default:
		for _, c := range n.children {
			if c.element != nil {
				redact(c.element)
			}
		}
	}
}

func clip(s string) string {
	if len(s) <= maxRedacted {
		return s
	}
	return strings.ToValidUTF8(s[:maxRedacted], "") + fmt.Sprintf("\n[and %d bytes more]", len(s)-maxRedacted)
}

package dns

import (
	"fmt"
	"strings"
)

// Sentence says what was found, to whoever puts the record there.
func (f Finding) Sentence() string {
	switch f.Kind {
	case Found:
		return "The record is there."
	case Nothing:
		return "No TXT record found at that name."
	case Others:
		return fmt.Sprintf("Found %s, none is ours.", records(f.Records))
	case Quoted:
		return "Found ours with an extra quote mark or space."
	case Recased:
		return "Found ours with its capital letters changed."
	case Padded:
		return "Found ours with more text around it."
	case Misplaced:
		return "Found ours at the wrong name: " + f.Name + "."
	case Alias:
		return "That name is an alias (CNAME) of " + f.Name + "."
	case Disagree:
		return fmt.Sprintf("Nameservers disagree: %d of %d %s it.", f.Have, f.Of, has(f.Have))
	case Unregistered:
		return "There is no such domain in DNS."
	}
	return f.Why.Sentence()
}

// Advice says what to do about it; empty where there is nothing to do.
func (f Finding) Advice() string {
	switch f.Kind {
	case Found:
		return ""
	case Nothing:
		return "Add the record at your DNS provider. It can take some minutes until its nameservers have it."
	case Others:
		return "Add ours beside them; the others can stay."
	case Quoted:
		return "Write the value without quote marks and spaces. Your DNS provider adds what it needs."
	case Recased:
		return "Copy the value exactly: capital and small letters count."
	case Padded:
		return "Put the value alone into a record of its own."
	case Misplaced:
		return f.moveIt()
	case Alias:
		return "Remove the CNAME record at that name, or the wildcard that makes it one, and add the TXT record in its place."
	case Disagree:
		return "The change has not reached all of your nameservers. Wait some minutes; if it stays so, look for a nameserver that no longer gets your changes."
	case Unregistered:
		return "Check the spelling of the domain, and that it is registered and has not run out."
	}
	return "Nothing is wrong with your record yet. We try again by ourselves; if it stays so, ask who runs your DNS."
}

// moveIt: a name that holds the label was written in full where the panel adds
// the domain on its own.
func (f Finding) moveIt() string {
	if label, _, _ := strings.Cut(f.Name, "."); strings.HasPrefix(label, "_") {
		return "Your DNS provider may add the domain to the name by itself: use the short name."
	}
	return "Put it at the name shown here, not at the domain itself."
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func records(n int) string {
	if n == 1 {
		return "1 TXT record"
	}
	return fmt.Sprintf("%d TXT records", n)
}

// failures are the words for servers that gave no answer: of all of them, and
// of one.
var failures = map[Failure]struct{ all, one string }{
	Timeout:       {"The nameservers did not answer in time.", "no answer in time"},
	Unreachable:   {"The nameservers cannot be reached.", "cannot be reached"},
	ServerFailure: {"The nameservers answered that they failed (SERVFAIL).", "failed (SERVFAIL)"},
	Refused:       {"The nameservers refused to answer (REFUSED).", "refused to answer (REFUSED)"},
	Lame:          {"The nameservers do not know the domain.", "does not know the domain"},
	NoAddress:     {"The nameservers have no address.", "has no address"},
	NotAllowed:    {"The nameservers have private addresses, which are not asked.", "has a private address, which is not asked"},
	TooLarge:      {"The nameservers' answer is too large.", "the answer is too large"},
	Unreadable:    {"The nameservers' answer cannot be read.", "the answer cannot be read"},
}

// Sentence says why there was no answer.
func (f Failure) Sentence() string { return failures[f].all }

// Says is one server's answer in a few words.
func (a Answer) Says() string {
	switch {
	case a.Error != "":
		return failures[a.Error].one
	case a.Alias != "":
		return "alias (CNAME) of " + a.Alias
	case len(a.Found) == 0:
		return "no TXT record"
	}
	return records(a.Count())
}

// ServerName is the server as people know it.
func (a Answer) ServerName() string {
	if a.Server == OurResolver {
		return "Our resolver"
	}
	return a.Server
}

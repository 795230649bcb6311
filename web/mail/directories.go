package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// Letters about an organization's directories, to the people who manage it.
type (
	// DirectoryHeld tells that a directory wanted to take away more people than
	// its safeguard lets go, and that the rest waits for somebody's word.
	DirectoryHeld struct {
		DirectoryLetter
		Since    time.Time
		Departed int // who left before it was held
	}
	// DirectoryOwnerKept tells that a directory deactivated the last owner, who
	// stays a member.
	DirectoryOwnerKept struct {
		DirectoryLetter
		Owner string // as people know them: an address
		At    time.Time
	}
	// DirectoryTokenRevoked tells that a token opens a directory no more.
	DirectoryTokenRevoked struct {
		DirectoryLetter
		LastFour, By string
		At           time.Time
		Others       int // tokens that still open it
	}
	// DirectoryTokenExpires tells that a token runs out soon.
	DirectoryTokenExpires struct {
		DirectoryLetter
		LastFour string
		Ends     time.Time
		Days     int
	}
	// DirectoryDeleted tells that a directory is gone. Its people stay members.
	DirectoryDeleted struct {
		DirectoryLetter
		By     string
		At     time.Time
		People int
	}
)

// DirectoryLetter is what all of them say.
type DirectoryLetter struct {
	Directory, Organization string
	URL                     string // the directory's page or, once it is gone, the list's
}

func (DirectoryHeld) Kind() string         { return "directory_held" }
func (DirectoryOwnerKept) Kind() string    { return "directory_owner_kept" }
func (DirectoryTokenRevoked) Kind() string { return "directory_token_revoked" }
func (DirectoryTokenExpires) Kind() string { return "directory_token_expires" }
func (DirectoryDeleted) Kind() string      { return "directory_deleted" }

func (l DirectoryLetter) on(f Frame, heading string, text []i18n.Part, button string, facts ...fact) body {
	return body{
		subject: heading, heading: heading, text: text, preheader: plain(text), button: link{button, l.URL}, facts: facts,
		ignore: f.Lang.Rich("mail.domain.why", f.args(i18n.Args{"organization": l.Organization})),
	}
}

func (l DirectoryLetter) args(f Frame, more i18n.Args) i18n.Args {
	all := f.args(i18n.Args{"directory": l.Directory, "organization": l.Organization})
	for name, value := range more {
		all[name] = value
	}
	return all
}

// token is a token's fact: all that anybody can see of it.
func (f Frame) token(lastFour string) fact {
	return fact{f.Lang.T("mail.fact.token"), "…" + lastFour}
}

func (l DirectoryHeld) body(f Frame) body {
	args := l.args(f, i18n.Args{"count": l.Departed})
	return l.on(f, f.Lang.T("mail.directory_held.heading", args), f.Lang.Rich("mail.directory_held.text", args), f.Lang.T("mail.directory_held.button"),
		fact{f.Lang.T("mail.fact.held"), f.Lang.Moment(l.Since)})
}

func (l DirectoryOwnerKept) body(f Frame) body {
	args := l.args(f, i18n.Args{"person": l.Owner})
	return l.on(f, f.Lang.T("mail.directory_owner_kept.heading", args), f.Lang.Rich("mail.directory_owner_kept.text", args), f.Lang.T("mail.directory.button"),
		fact{f.Lang.T("mail.fact.owner"), l.Owner}, fact{f.Lang.T("mail.fact.time"), f.Lang.Moment(l.At)})
}

func (l DirectoryTokenRevoked) body(f Frame) body {
	args := l.args(f, i18n.Args{"others": l.Others})
	return l.on(f, f.Lang.T("mail.directory_token_revoked.heading", args), f.Lang.Rich("mail.directory_token_revoked.text", args), f.Lang.T("mail.directory.button"),
		f.token(l.LastFour), fact{f.Lang.T("mail.fact.by"), l.By}, fact{f.Lang.T("mail.fact.time"), f.Lang.Moment(l.At)})
}

func (l DirectoryTokenExpires) body(f Frame) body {
	args := l.args(f, i18n.Args{"days": l.Days})
	return l.on(f, f.Lang.T("mail.directory_token_expires.heading", args), f.Lang.Rich("mail.directory_token_expires.text", args), f.Lang.T("mail.directory.button"),
		f.token(l.LastFour), fact{f.Lang.T("mail.fact.ends"), f.Lang.Moment(l.Ends)})
}

func (l DirectoryDeleted) body(f Frame) body {
	args := l.args(f, i18n.Args{"count": l.People})
	return l.on(f, f.Lang.T("mail.directory_deleted.heading", args), f.Lang.Rich("mail.directory_deleted.text", args), f.Lang.T("mail.directory_deleted.button"),
		fact{f.Lang.T("mail.fact.by"), l.By}, fact{f.Lang.T("mail.fact.time"), f.Lang.Moment(l.At)})
}

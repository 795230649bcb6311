// Package mailtest lets other packages' tests read what was mailed.
package mailtest

import (
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/mail"
)

// Letter is a mail as its reader sees it.
type Letter struct {
	Kind, To, Subject, Text, HTML string
	Code                          string   // six digits, "" without one
	Links                         []string // in the order of the text
}

// NewPost keeps mails in d, where Last and All find them.
func NewPost(d *db.DB) *mail.Post {
	return &mail.Post{DB: d, Name: "Fieldnote", Log: slog.New(slog.DiscardHandler)}
}

var (
	digits = regexp.MustCompile(`(?m)^ {4}(\d{3}) (\d{3})$`)
	links  = regexp.MustCompile(`(?m)^https?://\S+$`)
)

// All is every mail that is kept for the address, the newest first.
func All(t testing.TB, d *db.DB, address string) []Letter {
	t.Helper()
	var letters []Letter
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, _, err := mail.ListKept(tx, db.Page{Limit: 100})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if !strings.EqualFold(row.Recipient, address) {
				continue
			}
			text, err := mail.Open(tx, &row)
			if err != nil {
				return err
			}
			l := Letter{Kind: row.Kind, To: row.Recipient, Subject: text.Subject, Text: text.Text, HTML: text.HTML, Links: links.FindAllString(text.Text, -1)}
			if m := digits.FindStringSubmatch(text.Text); m != nil {
				l.Code = m[1] + m[2]
			}
			letters = append(letters, l)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return letters
}

// Last is the newest mail to the address; the test fails without one.
func Last(t testing.TB, d *db.DB, address string) Letter {
	t.Helper()
	letters := All(t, d, address)
	if len(letters) == 0 {
		t.Fatalf("nothing was mailed to %s", address)
	}
	return letters[0]
}

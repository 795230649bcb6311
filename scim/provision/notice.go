package provision

import (
	"context"
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// Who hears of what: the owners and admins of the organization hear all of it.
// The operators hear, too, of what waits for somebody and of an organization
// that its directory would have left without an owner. Mails go out with the
// transaction that they tell of.

// tellHeld tells that a directory is held since now; departed is who left
// within its window before that.
func (s *Service) tellHeld(tx *db.OrgTx, d *directory.Directory, departed int64) error {
	about, err := s.about(tx, d)
	if err != nil {
		return err
	}
	letter := func(to string) webmail.Letter {
		about.URL = s.Base + to
		return webmail.DirectoryHeld{DirectoryLetter: about, Since: tx.Now(), Departed: int(departed)}
	}
	if err := s.administrators(tx, letter(inPortal(d.ID))); err != nil {
		return err
	}
	return s.operators(tx, letter(inDashboard(d.ID)+"/safeguard"))
}

// tellDeleted tells that a directory, which is gone with this transaction, was
// deleted; people is how many active ones were in it.
func (s *Service) tellDeleted(tx *db.OrgTx, d *directory.Directory, people int64) error {
	about, err := s.about(tx, d)
	if err != nil {
		return err
	}
	about.URL = s.Base + portalDirectories
	return s.administrators(tx, webmail.DirectoryDeleted{DirectoryLetter: about, By: by(tx), At: tx.Now(), People: int(people)})
}

// RevokeToken ends a token of a directory, and tells those who look after it
// how many are left. Nobody is deactivated by it. Doing it again tells nobody.
func (s *Service) RevokeToken(tx *db.OrgTx, d id.Directory, token id.DirectoryToken) (*directory.Token, error) {
	t, err := directory.RevokeToken(tx, d, token)
	if err != nil || t.RevokedAt == nil || !t.RevokedAt.Equal(tx.Now()) {
		return t, err // it had ended before this transaction
	}
	row, err := directory.Get(tx, d)
	if err != nil {
		return t, err
	}
	others, err := liveTokens(tx, d)
	if err != nil {
		return t, err
	}
	about, err := s.about(tx, row)
	if err != nil {
		return t, err
	}
	return t, s.administrators(tx, webmail.DirectoryTokenRevoked{DirectoryLetter: about, LastFour: t.LastFour, By: by(tx), At: tx.Now(), Others: others})
}

func liveTokens(tx *db.OrgTx, d id.Directory) (int, error) {
	all, err := directory.Tokens(tx, d)
	live := 0
	for i := range all {
		if all[i].Live(tx.Now()) {
			live++
		}
	}
	return live, err
}

// ownerKeptArgs asks for an organization to be told of its last owner. It may
// run twice: then they hear it twice.
type ownerKeptArgs struct {
	Organization id.Organization `json:"organization"`
	Directory    id.Directory    `json:"directory"`
	Owner        id.User         `json:"owner"`
}

// Kind names the job.
func (ownerKeptArgs) Kind() string { return "directory_owner_kept" }

// tellOwnerKept has it told, once the transaction has committed, that the
// directory deactivated an owner who stays. It is a job because a request's
// transaction has no post, and nobody waits for the mail.
func tellOwnerKept(tx *db.OrgTx, d *directory.Directory, owner id.User) error {
	return jobs.Enqueue(tx.Tx, ownerKeptArgs{tx.Organization(), d.ID, owner})
}

func (s *Service) ownerKept(ctx context.Context, a ownerKeptArgs) error {
	err := s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, a.Directory)
		if err != nil {
			return err
		}
		u, err := users.Get(tx, a.Owner)
		if err != nil {
			return err
		}
		about, err := s.about(tx, d)
		if err != nil {
			return err
		}
		letter := func(url string) webmail.Letter {
			about.URL = s.Base + url
			return webmail.DirectoryOwnerKept{DirectoryLetter: about, Owner: u.Email, At: tx.Now()}
		}
		if err := s.administrators(tx, letter(inPortal(d.ID))); err != nil {
			return err
		}
		return s.operators(tx, letter(inDashboard(d.ID)))
	})
	if errors.Is(err, db.ErrNotFound) {
		return nil // the directory, the person or the organization is gone meanwhile
	}
	return err
}

// about is what every letter says of a directory.
func (s *Service) about(tx *db.OrgTx, d *directory.Directory) (webmail.DirectoryLetter, error) {
	o, err := tenants.Get(tx, tx.Organization())
	if err != nil {
		return webmail.DirectoryLetter{}, err
	}
	return webmail.DirectoryLetter{Directory: d.Name, Organization: o.Name, URL: s.Base + inPortal(d.ID)}, nil
}

// Where letters lead: the pages stand on a higher floor.
const portalDirectories = "/portal/directory"

func inPortal(d id.Directory) string    { return portalDirectories + "/" + string(d) }
func inDashboard(d id.Directory) string { return "/admin/directories/" + string(d) }

// by is who acts, as people call them.
func by(tx *db.OrgTx) string {
	if who := tx.Actor(); who.Name != "" {
		return who.Name
	}
	return string(tx.Actor().Kind)
}

// administrators mails the owners and admins of the transaction's organization
// in its look.
func (s *Service) administrators(tx *db.OrgTx, letter webmail.Letter) error {
	org := tx.Organization()
	return s.mail(tx, &org, letter)
}

// operators mails the owners and admins of the deployment's team, where there
// is one, in the deployment's look.
func (s *Service) operators(tx *db.OrgTx, letter webmail.Letter) error {
	system, made, err := tenants.SystemOrganization(tx)
	if err != nil || !made {
		return err
	}
	return tx.In(system, func(tx *db.OrgTx) error { return s.mail(tx, nil, letter) })
}

func (s *Service) mail(tx *db.OrgTx, look *id.Organization, letter webmail.Letter) error {
	people, err := users.Administrators(tx)
	if err != nil {
		return err
	}
	for _, u := range people {
		to := mail.To{Address: u.Email, Organization: look, Application: s.Post.Name}
		if u.Locale != nil {
			to.Locale = *u.Locale
		}
		if err := s.Post.Send(tx.Tx, to, letter); err != nil {
			return err
		}
	}
	return nil
}

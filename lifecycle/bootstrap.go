package lifecycle

import (
	"context"
	"errors"
	"slices"

	"gatehouse/apikeys"
	"gatehouse/internal/actor"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

// ExampleRedirect is where the runnable examples take people back.
const ExampleRedirect = "http://localhost:3000/callback"

// firstApplication and firstKey are what the first start calls what it makes.
const (
	firstApplication = "My application"
	firstKey         = "First start"
)

// Made is what a start made and can tell once: values that only hashes are
// kept of. Empty members were there already.
type Made struct {
	SetupToken string // of the link that makes the first operator
	APIKey     string
	Client     id.Client
	NoOperator bool // and no link could be made: outside development
}

// Bootstrap makes what a deployment cannot do without, where it is missing.
// Several nodes may start at once.
func Bootstrap(ctx context.Context, d *db.DB, passwords *users.Passwords, c *config.Config) (Made, error) {
	s, err := look(ctx, d, c)
	if err != nil || s.complete {
		return Made{}, err
	}
	hash := ""
	if s.needsOperator && c.Bootstrap.OperatorEmail != "" {
		if hash, err = operatorHash(ctx, passwords, c); err != nil {
			return Made{}, err
		}
	}
	var made Made
	err = d.InDeployment(ctx, actor.System("bootstrap"), func(tx *db.AllTx) error {
		made = Made{}
		return s.apply(tx, c, hash, &made)
	})
	return made, err
}

// state is what a start finds.
type state struct {
	first         bool // nothing is there yet
	needsOperator bool
	complete      bool // and nothing is to be done
	system        id.Organization
}

// look reads first, so that a start that has nothing to do writes nothing.
func look(ctx context.Context, d *db.DB, c *config.Config) (state, error) {
	var s state
	err := d.ReadDeployment(ctx, func(tx *db.AllTx) error {
		system, found, err := tenants.SystemOrganization(tx)
		if err != nil {
			return err
		}
		s.system, s.first = system, !found
		if s.needsOperator, err = needsOperator(tx, system, found); err != nil || s.first || s.needsOperator {
			return err
		}
		s.complete, err = configured(tx, c)
		return err
	})
	return s, err
}

func needsOperator(tx *db.AllTx, system id.Organization, found bool) (bool, error) {
	if !found {
		return true, nil
	}
	members, _, err := users.ListMemberships(tx, users.MemberQuery{Organization: system, Statuses: []users.Status{users.Active}, Page: db.Page{Limit: 1}})
	return len(members) == 0, err
}

// configured reports whether everything that the environment asks for is there.
func configured(tx *db.AllTx, c *config.Config) (bool, error) {
	if key := c.Bootstrap.APIKey; !key.Empty() {
		if _, err := apikeys.LocateKey(tx, key.Reveal()); errors.Is(err, apikeys.ErrUnknownKey) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	if c.Bootstrap.ClientID == "" {
		return true, nil
	}
	client := id.Client(c.Bootstrap.ClientID)
	if _, err := oauth.GetClient(tx, client); errors.Is(err, db.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	missing, err := missingAddresses(tx, client, c)
	return len(missing) == 0, err
}

func (s *state) apply(tx *db.AllTx, c *config.Config, hash string, made *Made) error {
	if err := tenants.SeedRoles(tx); err != nil {
		return err
	}
	system, err := tenants.EnsureSystemOrganization(tx)
	if err != nil {
		return err
	}
	if err := s.settle(tx, system); err != nil {
		return err
	}
	if err := s.ensureClient(tx, c, made); err != nil {
		return err
	}
	if err := s.ensureKey(tx, c, made); err != nil {
		return err
	}
	if !s.needsOperator {
		return nil
	}
	switch {
	case hash != "":
		return ensureOperator(tx.Tx, system, c.Bootstrap.OperatorEmail, hash)
	case c.IsDevelopment():
		made.SetupToken, err = newLink(tx.Tx)
		return err
	}
	made.NoOperator = true
	return nil
}

// settle looks again once no other node can be at it: of several that start at
// once one makes everything, and the others find it made.
func (s *state) settle(tx *db.AllTx, system id.Organization) error {
	if err := tx.In(system, func(tx *db.OrgTx) error { _, err := tenants.Lock(tx); return err }); err != nil {
		return err
	}
	missing, err := needsOperator(tx, system, true)
	if err != nil {
		return err
	}
	s.needsOperator = s.needsOperator && missing
	if _, err := oauth.FirstClient(tx); errors.Is(err, db.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	s.first = false
	return nil
}

// ensureClient makes the first application: the one that the environment
// names, at any start, or one of its own at the first.
func (s *state) ensureClient(tx *db.AllTx, c *config.Config, made *Made) error {
	b := c.Bootstrap
	if b.ClientID == "" && !s.first {
		return nil
	}
	n := oauth.NewClient{ID: id.Client(b.ClientID), Name: firstApplication, RedirectURIs: b.RedirectURIs, LogoutURIs: b.LogoutURIs}
	if len(n.RedirectURIs) == 0 && c.IsDevelopment() {
		n.RedirectURIs = []string{ExampleRedirect}
	}
	if n.ID != "" {
		if _, err := oauth.GetClient(tx, n.ID); err == nil {
			return addMissing(tx, n.ID, c)
		} else if !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	client, err := oauth.CreateClient(tx.Tx, n)
	if err == nil {
		made.Client = client.ID
	}
	return err
}

// missingAddresses are those of the environment that the client has not.
func missingAddresses(tx db.AnyScope, client id.Client, c *config.Config) (map[string]oauth.Purpose, error) {
	has, err := oauth.ListRedirects(tx, client)
	if err != nil {
		return nil, err
	}
	missing := map[string]oauth.Purpose{}
	for purpose, uris := range map[oauth.Purpose][]string{oauth.PurposeRedirect: c.Bootstrap.RedirectURIs, oauth.PurposeLogout: c.Bootstrap.LogoutURIs} {
		for _, uri := range uris {
			if !slices.ContainsFunc(has, func(r oauth.RedirectURI) bool { return r.URI == uri && r.Purpose == purpose }) {
				missing[uri] = purpose
			}
		}
	}
	return missing, nil
}

func addMissing(tx *db.AllTx, client id.Client, c *config.Config) error {
	missing, err := missingAddresses(tx, client, c)
	if err != nil {
		return err
	}
	for uri, purpose := range missing {
		if _, err := oauth.AddRedirect(tx.Tx, client, purpose, uri); err != nil && !errors.Is(err, oauth.ErrRedirectTaken) {
			return err
		}
	}
	return nil
}

// ensureKey makes the key of the environment, or at the first start in
// development one to be printed. Elsewhere nobody would see it.
func (s *state) ensureKey(tx *db.AllTx, c *config.Config, made *Made) error {
	if key := c.Bootstrap.APIKey; !key.Empty() {
		return apikeys.EnsureBootstrap(tx, key.Reveal())
	}
	if !s.first || !c.IsDevelopment() {
		return nil
	}
	_, value, err := apikeys.Create(tx, apikeys.New{Name: firstKey})
	made.APIKey = value
	return err
}

// operatorHash hashes the first operator's password, outside of every
// transaction, and refuses a weak one by the name of its variable.
func operatorHash(ctx context.Context, passwords *users.Passwords, c *config.Config) (string, error) {
	hash, err := passwords.Hash(ctx, c.Bootstrap.OperatorPassword.Reveal(), users.About{About: password.About{Email: c.Bootstrap.OperatorEmail, Product: c.Name}})
	if errors.Is(err, password.ErrWeak) {
		return "", &config.Error{Name: "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD",
			Sentence: "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD is too weak for the first operator: choose another, at least 8 characters that are hard to guess."}
	}
	return hash, err
}

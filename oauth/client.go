package oauth

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// ClientType is what sort of application a client is.
type ClientType string

// The types. A web client keeps a secret on its server; single-page and native
// ones cannot, and prove themselves by PKCE alone (RFC 6749 §2.1).
const (
	Web     ClientType = "web"
	SPA     ClientType = "spa"
	Native  ClientType = "native"
	Machine ClientType = "machine"
)

var clientTypes = []ClientType{Web, SPA, Native, Machine}

// DefaultAccessToken is how long access tokens live unless a client says otherwise.
const DefaultAccessToken = 5 * time.Minute

// Client is an application that signs people in here.
type Client struct {
	db.Global
	ID                 id.Client
	Name               string
	Type               ClientType
	BuiltIn            bool
	FirstParty         bool
	TokenAlgorithm     Algorithm
	AccessTokenSeconds int64
	SignInURL          *string `gorm:"column:sign_in_url"`
	HomeURL            *string `gorm:"column:home_url"`
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// TableName is the table that this package owns.
func (Client) TableName() string { return "clients" }

var clients = db.GlobalTable[Client, id.Client]{}

// Public reports whether the client cannot keep a secret.
func (c *Client) Public() bool { return c.Type == SPA || c.Type == Native }

func (c *Client) accessTokenLifetime() time.Duration {
	return time.Duration(c.AccessTokenSeconds) * time.Second
}

// The problems of administering clients.
var (
	ErrClientIDTaken = problem.New(problem.Conflict, "client_id_not_available", "Another application has that client id.")
	ErrBuiltIn       = problem.New(problem.BadRequest, "client_built_in", "This application is part of Gatehouse and stays as it is.")
)

// NewClient is what an application is made of. Zero members get defaults.
type NewClient struct {
	ID             id.Client // chosen by the operator; "" makes one
	Name           string
	Type           ClientType
	TokenAlgorithm Algorithm
	AccessToken    time.Duration
	SignInURL      string
	HomeURL        string
	RedirectURIs   []string
	LogoutURIs     []string
}

// CreateClient registers an application with its redirect URIs.
func CreateClient(tx *db.Tx, n NewClient) (*Client, error) {
	c := &Client{ID: n.ID, Name: strings.TrimSpace(n.Name), Type: n.Type, FirstParty: true, TokenAlgorithm: n.TokenAlgorithm,
		AccessTokenSeconds: int64(n.AccessToken.Seconds()), SignInURL: optional(n.SignInURL), HomeURL: optional(n.HomeURL)}
	c.complete()
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := clients.Insert(tx, c); err != nil {
		if err == db.ErrDuplicate {
			return nil, ErrClientIDTaken
		}
		return nil, err
	}
	for purpose, uris := range map[Purpose][]string{PurposeRedirect: n.RedirectURIs, PurposeLogout: n.LogoutURIs} {
		for _, uri := range uris {
			if _, err := AddRedirect(tx, c.ID, purpose, uri); err != nil {
				return nil, err
			}
		}
	}
	return c, recordClientCreated(tx, c)
}

func (c *Client) complete() {
	if c.ID == "" {
		c.ID = id.New[id.Client]()
	}
	if c.Type == "" {
		c.Type = Web
	}
	if c.TokenAlgorithm == "" {
		c.TokenAlgorithm = RS256
	}
	if c.AccessTokenSeconds == 0 {
		c.AccessTokenSeconds = int64(DefaultAccessToken.Seconds())
	}
}

func (c *Client) check() error {
	var wrong []problem.Detail
	bad := func(field, message string) {
		wrong = append(wrong, problem.Detail{Code: "invalid", Field: field, Message: message})
	}
	if _, err := id.ParseClient(string(c.ID)); err != nil {
		bad("client_id", "A client id is client_ and letters, digits, _ and -.")
	}
	if c.Name == "" || utf8.RuneCountInString(c.Name) > 100 {
		bad("name", "A name has 1 to 100 characters.")
	}
	if !slices.Contains(clientTypes, c.Type) {
		bad("type", "The type is web, spa, native or machine.")
	}
	if !slices.Contains(algorithms, c.TokenAlgorithm) {
		bad("token_algorithm", "The algorithm is RS256 or ES256.")
	}
	if lifetime := c.accessTokenLifetime(); lifetime < time.Minute || lifetime > maxAccessToken {
		bad("access_token_seconds", "Access tokens live for a minute at least and a day at most.")
	}
	for field, u := range map[string]*string{"sign_in_url": c.SignInURL, "home_url": c.HomeURL} {
		if u != nil && validRedirect(*u, false) != nil {
			bad(field, "That is not an https address.")
		}
	}
	if len(wrong) > 0 {
		return problem.ErrInvalid.WithDetails(wrong...)
	}
	return nil
}

// GetClient is the application with that id, or db.ErrNotFound.
func GetClient(tx db.AnyScope, c id.Client) (*Client, error) { return clients.Get(tx, c) }

// ListClients is the deployment's applications by name. They are few: people
// make them by hand.
func ListClients(tx db.AnyScope) ([]Client, error) {
	return clients.List(tx, db.Query{Order: []string{"name", "id"}, Limit: 500})
}

// ClientChange is what to change; nil members stay. An empty URL takes it away.
type ClientChange struct {
	Name           *string
	TokenAlgorithm *Algorithm
	AccessToken    *time.Duration
	SignInURL      *string
	HomeURL        *string
}

// UpdateClient changes an application. Nodes notice within cacheFor.
func UpdateClient(tx *db.Tx, key id.Client, change ClientChange) (*Client, error) {
	c, err := clients.GetForUpdate(tx, key)
	if err != nil {
		return nil, err
	}
	if change.Name != nil {
		c.Name = strings.TrimSpace(*change.Name)
	}
	if change.TokenAlgorithm != nil {
		c.TokenAlgorithm = *change.TokenAlgorithm
	}
	if change.AccessToken != nil {
		c.AccessTokenSeconds = int64(change.AccessToken.Seconds())
	}
	if change.SignInURL != nil {
		c.SignInURL = optional(*change.SignInURL)
	}
	if change.HomeURL != nil {
		c.HomeURL = optional(*change.HomeURL)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	_, err = clients.Update(tx, key, db.Set{"name": c.Name, "token_algorithm": c.TokenAlgorithm,
		"access_token_seconds": c.AccessTokenSeconds, "sign_in_url": c.SignInURL, "home_url": c.HomeURL})
	if err != nil {
		return nil, err
	}
	return c, recordClientUpdated(tx, c)
}

// DeleteClient takes an application away, with its secrets, redirect URIs and
// grants. Its families end, so no refresh succeeds from now on.
func DeleteClient(tx *db.Tx, key id.Client) error {
	c, err := clients.GetForUpdate(tx, key)
	if err != nil {
		return err
	}
	if c.BuiltIn {
		return ErrBuiltIn
	}
	if _, err := families.UpdateWhere(tx, db.Set{"ended_at": tx.Now(), "end_reason": "client_deleted"},
		db.Eq("client_id", key), db.Null("ended_at")); err != nil {
		return err
	}
	if _, err := clients.Delete(tx, key); err != nil {
		return err
	}
	return recordClientDeleted(tx, c)
}

package oauth

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
)

// What happens to applications belongs to no organization: their entries are
// the deployment's.

func recordClientCreated(tx *db.Tx, c *Client) error {
	return audit.RecordDeployment(tx, audit.ClientCreated{Client: c.ID, Name: c.Name, ClientType: string(c.Type)})
}

func recordClientUpdated(tx *db.Tx, c *Client) error {
	return audit.RecordDeployment(tx, audit.ClientUpdated{Client: c.ID, Name: c.Name, ClientType: string(c.Type)})
}

func recordClientDeleted(tx *db.Tx, c *Client) error {
	return audit.RecordDeployment(tx, audit.ClientDeleted{Client: c.ID, Name: c.Name, ClientType: string(c.Type)})
}

func recordRedirectAdded(tx *db.Tx, r *RedirectURI) error {
	return audit.RecordDeployment(tx, audit.RedirectURIAdded{Client: r.ClientID, URI: r.URI, Purpose: string(r.Purpose)})
}

func recordRedirectRemoved(tx *db.Tx, r *RedirectURI) error {
	return audit.RecordDeployment(tx, audit.RedirectURIRemoved{Client: r.ClientID, URI: r.URI, Purpose: string(r.Purpose)})
}

func recordSecretCreated(tx *db.Tx, s *ClientSecret) error {
	return audit.RecordDeployment(tx, audit.ClientSecretCreated{Client: s.ClientID, Name: s.Name, Secret: s.ID, LastFour: s.LastFour})
}

func recordSecretRevoked(tx *db.Tx, s *ClientSecret) error {
	return audit.RecordDeployment(tx, audit.ClientSecretRevoked{Client: s.ClientID, Name: s.Name, Secret: s.ID, LastFour: s.LastFour})
}

func recordRotated(tx *db.Tx, k *signingKey) error {
	return audit.RecordDeployment(tx, audit.SigningKeyRotated{Key: k.ID, Algorithm: string(k.Algorithm)})
}

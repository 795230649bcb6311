package provision

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
)

// Create makes a directory with its first token. That roles count which its
// provider sends is an owner's to say, as in Change.
func Create(tx *db.OrgTx, n directory.New) (*directory.Directory, *directory.Issued, error) {
	if n.TrustRoles {
		if err := mayTrust(tx); err != nil {
			return nil, nil, err
		}
	}
	return directory.Create(tx, n)
}

// mayTrust is nil where whoever acts may let the roles count that a provider
// sends.
func mayTrust(tx *db.OrgTx) error {
	err := asOwner(tx)
	if errors.Is(err, ErrMapper) {
		return ErrMapper.WithMessage("Whether roles count that the provider sends is for an owner of the organization to say, signed in by their own account, or for whoever runs this service.")
	}
	return err
}

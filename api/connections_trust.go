package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
)

// What a connection trusts and is trusted by: certificates, keys of ours, and
// a configuration that is tried.
func (h *Handler) connectionTrustRoutes() []route {
	candidate, detail, certificate, key := wire.ConnectionCandidate{}, wire.ConnectionDetail{}, wire.ConnectionCertificate{}, wire.ConnectionKey{}
	tag := connectionTag
	return []route{
		{Method: http.MethodPost, Path: "/connections/:id/candidate", Tag: tag, Summary: "Set a configuration that is tried beside the live one: that one, with these members changed. Real answers are judged by it too; it lets nobody in.",
			Body: configurationBody{}, Status: 201, Answer: candidate, Foreign: absent(theirConnection), run: setCandidate},
		{Method: http.MethodGet, Path: "/connections/:id/candidate", Tag: tag, Summary: "Get the configuration that is tried, and what was found since it was set.",
			Status: 200, Answer: candidate, Foreign: absent(theirConnection), run: getCandidate},
		{Method: http.MethodDelete, Path: "/connections/:id/candidate", Tag: tag, Summary: "End the trial.",
			Status: 204, Foreign: absent(theirConnection), run: deleteCandidate},
		{Method: http.MethodPost, Path: "/connections/:id/candidate/promote", Tag: tag, Summary: "Make the configuration that is tried the live one. The one before is kept.",
			Status: 200, Answer: detail, Foreign: absent(theirConnection), run: promoteCandidate},
		{Method: http.MethodPost, Path: "/connections/:id/rollback", Tag: tag, Summary: "Bring back the configuration that was live before. The one that is live now is kept in its place.",
			Status: 200, Answer: detail, Foreign: absent(theirConnection), run: rollBack},
		{Method: http.MethodPost, Path: "/connections/:id/certificates", Tag: tag, Summary: "Accept one more of the provider's certificates.",
			Body: certificateBody{}, Status: 201, Answer: certificate, Foreign: absent(theirConnection), run: addCertificate},
		{Method: http.MethodDelete, Path: "/connections/:id/certificates/:certificate", Tag: tag, Summary: "Refuse what is signed by a certificate from now on. The last one of an active connection stays.",
			Status: 204, Foreign: absent(theirConnection), run: removeCertificate},
		{Method: http.MethodPost, Path: "/connections/:id/metadata/refresh", Tag: tag, Summary: "Read the provider's metadata at its address now. New certificates are accepted beside those before; another entity ID is not taken over.",
			Status: 200, Answer: detail, Foreign: absent(theirConnection), run: refreshMetadata},
		{Method: http.MethodGet, Path: "/connections/:id/keys", Tag: tag, Summary: "List our keys for a connection, without their private halves.",
			Status: 200, Answer: wire.WholeList[wire.ConnectionKey]{}, Foreign: absent(theirConnection), run: listKeys},
		{Method: http.MethodPost, Path: "/connections/:id/keys", Tag: tag, Summary: "Make our next key for a connection. It is published beside the one that signs, so that the provider learns of it.",
			Status: 201, Answer: key, Foreign: absent(theirConnection), run: addKey},
		{Method: http.MethodPost, Path: "/connections/:id/keys/promote", Tag: tag, Summary: "Let the next key sign. The one before still opens what was encrypted for it.",
			Status: 200, Answer: wire.WholeList[wire.ConnectionKey]{}, Foreign: absent(theirConnection), run: promoteKey},
		{Method: http.MethodDelete, Path: "/connections/:id/keys/:key", Tag: tag, Summary: "Retire a next or a previous key.",
			Status: 204, Foreign: absent(theirConnection), run: deleteKey},
	}
}

type certificateBody struct {
	Certificate string `json:"certificate" api:"required"` // PEM
}

func setCandidate(c *call) error {
	var in configurationBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if done, err := prepareConnection(c); done || err != nil {
		return err
	}
	configure, err := in.configure(c)
	if err != nil {
		return err
	}
	if configure.Empty() {
		return missing("saml")
	}
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		if err := sso.SetCandidate(tx, connection, configure); err != nil {
			return answer{}, err
		}
		w, err := sso.ShowCandidate(tx, connection)
		return made(w), err
	})
}

func getCandidate(c *call) error {
	return readConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		w, err := sso.ShowCandidate(tx, connection)
		return found(w), err
	})
}

func deleteCandidate(c *call) error {
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		return empty(http.StatusNoContent), sso.DeleteCandidate(tx, connection)
	})
}

func promoteCandidate(c *call) error {
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		if _, err := sso.Promote(tx, connection); err != nil {
			return answer{}, err
		}
		return c.h.detail(tx, connection)
	})
}

func rollBack(c *call) error {
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		if _, err := sso.RollBack(tx, connection); err != nil {
			return answer{}, err
		}
		return c.h.detail(tx, connection)
	})
}

func addCertificate(c *call) error {
	var in certificateBody
	if err := c.decode(&in); err != nil {
		return err
	}
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		if in.Certificate == "" {
			return answer{}, missing("certificate")
		}
		added, err := sso.AddCertificate(tx, connection, in.Certificate)
		if err != nil {
			return answer{}, err
		}
		return made(added.Wire()), nil
	})
}

func removeCertificate(c *call) error {
	certificate, err := idOf[id.Certificate](c, "certificate")
	if err != nil {
		return err
	}
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		return empty(http.StatusNoContent), sso.RemoveCertificate(tx, connection, certificate)
	})
}

// refreshMetadata asks the provider between transactions.
func refreshMetadata(c *call) error {
	if done, err := prepareConnection(c); done || err != nil {
		return err
	}
	connection, err := idOf[id.Connection](c, "id")
	if err != nil {
		return err
	}
	var org id.Organization
	err = c.reading(func(tx reach) error {
		return tx.holdingConnection(connection, func(own *db.OrgTx) error { org = own.Organization(); return nil })
	})
	if err != nil {
		return err
	}
	if err := c.h.Upkeep.RefreshNow(c.ctx(), c.who, org, connection); err != nil {
		return err
	}
	return readConnection(c, c.h.detail)
}

func keysOf(tx *db.OrgTx, connection id.Connection) (answer, error) {
	all, err := sso.Keys(tx, connection)
	return found(wire.WholeList[wire.ConnectionKey]{Data: each(all, sso.OurKey.Wire)}), err
}

func listKeys(c *call) error { return readConnection(c, keysOf) }

// addKey makes the key outside of the transaction.
func addKey(c *call) error {
	if done, err := prepareConnection(c); done || err != nil {
		return err
	}
	k, err := c.newKey()
	if err != nil {
		return err
	}
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		added, err := sso.AddKey(tx, connection, k)
		if err != nil {
			return answer{}, err
		}
		return made(added.Wire()), nil
	})
}

func promoteKey(c *call) error {
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		if err := sso.PromoteKey(tx, connection); err != nil {
			return answer{}, err
		}
		return keysOf(tx, connection)
	})
}

func deleteKey(c *call) error {
	key, err := idOf[id.ConnectionKey](c, "key")
	if err != nil {
		return err
	}
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		return empty(http.StatusNoContent), sso.DeleteKey(tx, connection, key)
	})
}

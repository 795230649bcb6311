package api

import (
	"net/http"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// auditCheckpoint is a signed head on the wire. With the keys of
// /audit_logs/keys it proves what came before it (package audit/chain).
type auditCheckpoint struct {
	Object         string           `json:"object"`
	ID             id.Checkpoint    `json:"id"`
	OrganizationID *id.Organization `json:"organization_id"` // null: the deployment's own entries
	Sequence       int64            `json:"sequence"`
	Hash           string           `json:"hash"` // SHA-256, hexadecimal
	KeyID          id.AuditKey      `json:"key_id"`
	Signature      []byte           `json:"signature"` // Ed25519, base64
	CreatedAt      wire.Timestamp   `json:"created_at"`
}

type auditKey struct {
	Object    string          `json:"object"`
	ID        id.AuditKey     `json:"id"`
	Algorithm string          `json:"algorithm"`
	PublicKey []byte          `json:"public_key"` // base64
	CreatedAt wire.Timestamp  `json:"created_at"`
	RetiredAt *wire.Timestamp `json:"retired_at"` // signs no more; checks what it signed
}

type checkpointBody struct {
	OrganizationID string `json:"organization_id"`
}

func (h *Handler) auditChainRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/audit_logs/checkpoints", Tag: "Audit log", Summary: "List signed heads of the hash chains. An organization's key lists those of its organization.",
			Paged: true, Status: 200, Answer: auditCheckpoint{}, Query: []param{{Name: "organization_id", About: "Of that organization's chain."}},
			Foreign: absentQuery("organization_id={organization}"), run: listCheckpoints},
		{Method: http.MethodPost, Path: "/audit_logs/checkpoints", Tag: "Audit log", Summary: "Sign the present head of an organization's chain, or of the deployment's own. Keep the answer where whoever owns the database cannot reach it. A head that is signed already is not signed again.",
			Body: checkpointBody{}, Status: 201, Answer: auditCheckpoint{}, Foreign: absentBody(`{"organization_id":"{organization}"}`), run: createCheckpoint},
		{Method: http.MethodGet, Path: "/audit_logs/keys", Tag: "Audit log", Summary: "List the public keys that checkpoints are signed with, the newest first, retired ones too.",
			Status: 200, Answer: wire.WholeList[auditKey]{}, Foreign: hidden(), run: listAuditKeys},
		{Method: http.MethodPost, Path: "/audit_logs/keys/rotate", Tag: "Audit log", Summary: "Make a new key for checkpoints. What the one before it signed stays valid.",
			Status: 201, Answer: auditKey{}, Deployment: true, Foreign: refused(""), run: rotateAuditKey},
	}
}

// chainNamed is the organization that text names, or the caller's own; nil is
// the deployment's own chain, or no choice.
func (c *call) chainNamed(text string) (*id.Organization, error) {
	if org := c.organization(); text == "" && org != "" {
		return &org, nil
	}
	if text == "" {
		return nil, nil
	}
	org, err := parse[id.Organization](text)
	return &org, err
}

func visibleChain(tx reach, org *id.Organization) error {
	if org == nil {
		return nil
	}
	_, err := tx.organization(*org)
	return err
}

func listCheckpoints(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	org, err := c.chainNamed(c.query.Get("organization_id"))
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if err := visibleChain(tx, org); err != nil {
			return answer{}, err
		}
		rows, paging, err := audit.PageCheckpoints(tx.rows, org, page)
		return list(each(rows, shownCheckpoint), paging), err
	})
}

var errEmptyChain = problem.New(problem.Conflict, "audit_chain_empty", "Nothing has been recorded there yet, so there is no head to sign.")

func createCheckpoint(c *call) error {
	var in checkpointBody
	if err := c.decode(&in); err != nil {
		return err
	}
	org, err := c.chainNamed(in.OrganizationID)
	if err != nil {
		return err
	}
	if done, err := c.answered(func(tx reach) error { return visibleChain(tx, org) }); done || err != nil {
		return err
	}
	signed, err := c.h.Signer.CheckpointNow(c.ctx(), org)
	if err != nil {
		return err
	}
	if signed == nil {
		return errEmptyChain
	}
	return c.change(func(reach) (answer, error) { return made(shownCheckpoint(*signed)), nil })
}

func listAuditKeys(c *call) error {
	return c.read(func(tx reach) (answer, error) {
		rows, err := audit.Keys(tx)
		return found(wire.WholeList[auditKey]{Data: each(rows, shownAuditKey)}), err
	})
}

func rotateAuditKey(c *call) error {
	if done, err := c.answered(func(reach) error { return nil }); done || err != nil {
		return err
	}
	key, err := c.h.Signer.NewKey()
	if err != nil {
		return err
	}
	defer c.h.Signer.Forget()
	return c.change(func(tx reach) (answer, error) {
		err := key.Replace(tx.Tx)
		return made(shownAuditKey(key.Key)), err
	})
}

func shownCheckpoint(c audit.Checkpoint) auditCheckpoint {
	signed := audit.ChainCheckpoint(&c)
	return auditCheckpoint{Object: chain.CheckpointObject, ID: c.ID, OrganizationID: c.OrganizationID, Sequence: c.Sequence, Hash: signed.Hash.String(),
		KeyID: c.KeyID, Signature: c.Signature, CreatedAt: wire.At(c.CreatedAt)}
}

func shownAuditKey(k audit.Key) auditKey {
	shown := auditKey{Object: chain.KeyObject, ID: k.ID, Algorithm: "Ed25519", PublicKey: k.PublicKey, CreatedAt: wire.At(k.CreatedAt)}
	if k.RetiredAt != nil {
		at := wire.At(*k.RetiredAt)
		shown.RetiredAt = &at
	}
	return shown
}

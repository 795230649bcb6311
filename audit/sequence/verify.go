package sequence

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Verifier computes chains again from the database and compares. It only reads,
// a batch in each transaction: servers go on meanwhile, and what they write is
// verified too if it comes in time.
type Verifier struct {
	DB *db.DB
	// Seen is told of each chain when it has been verified; nil for nobody.
	Seen func(chain.Report, []chain.Fault)

	keys   chain.Keys
	result Result
}

// Result is what verification found.
type Result struct {
	Chains  int
	Entries int64
	Faults  []chain.Fault // the first hundred of each chain
	Count   int           // of all faults
}

const verifyBatch = 1000

// All verifies every chain.
func (v *Verifier) All(ctx context.Context) (Result, error) {
	if err := v.begin(ctx); err != nil {
		return v.result, err
	}
	chains, err := v.chains(ctx)
	if err != nil {
		return v.result, fmt.Errorf("listing the chains: %w", err)
	}
	for _, org := range chains {
		if err := v.one(ctx, org); err != nil {
			return v.result, err
		}
	}
	return v.result, v.unlinked(ctx, nil)
}

// Organization verifies one organization's chain.
func (v *Verifier) Organization(ctx context.Context, org id.Organization) (Result, error) {
	if err := v.begin(ctx); err != nil {
		return v.result, err
	}
	if err := v.one(ctx, org); err != nil {
		return v.result, err
	}
	return v.result, v.unlinked(ctx, &org)
}

// begin reads the keys. One whose secret half is not sealed beside it was put
// there by somebody who has the database and not the master key.
func (v *Verifier) begin(ctx context.Context) error {
	v.result, v.keys = Result{}, chain.Keys{}
	return v.DB.ReadDeployment(ctx, func(tx *db.AllTx) error {
		rows, err := audit.Keys(tx)
		if err != nil {
			return err
		}
		for _, k := range rows {
			seed, err := tx.OpenGlobal(cell(k.ID), k.SealedKey)
			if errors.Is(err, db.ErrNoKeys) {
				return err
			}
			if err != nil || len(seed) != ed25519.SeedSize || !bytes.Equal(ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey), k.PublicKey) {
				v.tell(chain.Report{}, []chain.Fault{{Kind: chain.Forged, ID: string(k.ID), Text: "the key is none that this deployment made"}}, 1)
				continue
			}
			v.keys[string(k.ID)] = k.PublicKey
		}
		return nil
	})
}

// chains are those that have links or a head.
func (v *Verifier) chains(ctx context.Context) (list []id.Organization, err error) {
	err = v.DB.ReadDeployment(ctx, func(tx *db.AllTx) error {
		if list, err = db.ListChains(tx); err != nil {
			return err
		}
		known := map[id.Organization]bool{}
		for _, org := range list {
			known[org] = true
		}
		heads, err := audit.Heads(tx)
		for _, head := range heads {
			org := id.Organization(head.ID)
			if head.ID == audit.OwnHead {
				org = ""
			}
			if head.ID != audit.AllHead && !known[org] {
				list = append(list, org)
			}
		}
		return err
	})
	return list, err
}

// one verifies a chain; "" is the deployment's own.
func (v *Verifier) one(ctx context.Context, org id.Organization) error {
	w := &walk{chain: chain.NewVerifier(string(org), v.keys)}
	if org != "" {
		w.org = &org
	}
	for more := true; more; {
		err := v.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
			more, err = w.step(tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("verifying the chain of %s: %w", audit.HeadID(w.org), err)
		}
	}
	faults, many := w.chain.Faults()
	v.result.Chains++
	v.result.Entries += w.chain.Report().Entries
	v.tell(w.chain.Report(), faults, many)
	return nil
}

func (v *Verifier) tell(report chain.Report, faults []chain.Fault, many int) {
	v.result.Faults, v.result.Count = append(v.result.Faults, faults...), v.result.Count+many
	if v.Seen != nil {
		v.Seen(report, faults)
	}
}

// unlinked tells of entries that came in beside the door.
func (v *Verifier) unlinked(ctx context.Context, org *id.Organization) error {
	var rows []db.Unlinked
	err := v.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		rows, err = db.ListUnlinked(tx, org, verifyBatch)
		return err
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	faults := make([]chain.Fault, len(rows))
	for i, e := range rows {
		faults[i] = chain.Fault{Kind: chain.Inserted, ID: string(e.ID), Text: "an entry that has no number and waits for none: it did not come in by the server"}
		if e.OrganizationID != nil {
			faults[i].Organization = string(*e.OrganizationID)
		}
	}
	v.tell(chain.Report{}, faults, len(faults))
	return nil
}

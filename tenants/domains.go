package tenants

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// AddDomain gives the organization a domain. As Verified it is the
// deployment's word; as Pending it waits for its DNS record, whoever else has
// it.
func AddDomain(tx *db.OrgTx, name string, state DomainState) (*Domain, error) {
	d, err := addDomain(tx, NewDomain{Domain: name, State: state})
	if err != nil {
		return nil, err
	}
	return d, recordDomainCreated(tx, d)
}

func addDomain(tx *db.OrgTx, n NewDomain) (*Domain, error) {
	d, err := newDomain(tx.Tx, n)
	if err != nil {
		return nil, err
	}
	if has, err := domains.Count(tx); err != nil || has >= maxDomains {
		return nil, errors.Join(err, tooMany(has))
	}
	err = domains.Insert(tx, d)
	if !errors.Is(err, db.ErrDuplicate) {
		return d, err
	}
	if _, err := domains.First(tx, db.Eq("domain", d.Domain)); err == nil {
		return nil, ErrDomainTwice
	}
	return nil, ErrDomainTaken
}

func tooMany(has int64) error {
	if has >= maxDomains {
		return ErrTooManyDomain
	}
	return nil
}

// DeleteDomain takes a domain from the organization.
func DeleteDomain(tx *db.OrgTx, domain id.OrganizationDomain) error {
	d, err := domains.Get(tx, domain)
	if err != nil {
		return err
	}
	if _, err := domains.Delete(tx, domain); err != nil {
		return err
	}
	return recordDomainDeleted(tx, d)
}

// replaceDomains makes the organization's domains those of want. One that
// stays keeps its id and its proof; the deployment may verify it by its word,
// and does not take a proof away.
func replaceDomains(tx *db.OrgTx, want []NewDomain) error {
	kept := map[string]NewDomain{}
	for _, d := range want {
		name, err := NormalizeDomain(d.Domain)
		if err != nil {
			return err
		}
		kept[name] = d
	}
	have, err := Domains(tx)
	if err != nil {
		return err
	}
	for _, d := range have {
		n, stays := kept[d.Domain]
		if stays && (d.State == Verified || n.State != Verified) {
			delete(kept, d.Domain)
			continue
		}
		if err := DeleteDomain(tx, d.ID); err != nil {
			return err
		}
	}
	for _, d := range want {
		name, _ := NormalizeDomain(d.Domain)
		if _, missing := kept[name]; !missing {
			continue
		}
		delete(kept, name)
		if _, err := AddDomain(tx, d.Domain, d.State); err != nil {
			return err
		}
	}
	return nil
}

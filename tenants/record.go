package tenants

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/wire"
)

// snapshot is the organization with its domains as they are now.
func snapshot(tx *db.OrgTx, o *Organization) (wire.Organization, error) {
	all, err := Domains(tx)
	return o.Wire(all), err
}

func recordCreated(tx *db.OrgTx, o *Organization) error {
	w, err := snapshot(tx, o)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.OrganizationCreated{Organization: w})
}

// recordDomains tells of the domains that an organization starts with.
func recordDomains(tx *db.OrgTx) error {
	all, err := Domains(tx)
	if err != nil {
		return err
	}
	for i := range all {
		if err := recordDomainCreated(tx, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

func recordUpdated(tx *db.OrgTx, o *Organization) error {
	w, err := snapshot(tx, o)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.OrganizationUpdated{Organization: w})
}

func recordDeleted(tx *db.OrgTx, o *Organization) error {
	w, err := snapshot(tx, o)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.OrganizationDeleted{Organization: w})
}

func recordDomainCreated(tx *db.OrgTx, d *Domain) error {
	return audit.Record(tx, audit.OrganizationDomainCreated{Domain: d.Wire()})
}

func recordDomainDeleted(tx *db.OrgTx, d *Domain) error {
	return audit.Record(tx, audit.OrganizationDomainDeleted{Domain: d.Wire()})
}

func recordDomainUpdated(tx *db.OrgTx, d *Domain) error {
	return audit.Record(tx, audit.OrganizationDomainUpdated{Domain: d.Wire()})
}

func recordDomainVerified(tx *db.OrgTx, d *Domain) error {
	return audit.Record(tx, audit.OrganizationDomainVerified{Domain: d.Wire()})
}

// Why a domain is not verified, as the wire says it.
const (
	periodExpired   = "domain_verification_period_expired"
	verifiedByOther = "domain_verified_by_other_organization"
)

func recordDomainFailed(tx *db.OrgTx, d *Domain, reason string) error {
	return audit.Record(tx, audit.OrganizationDomainVerificationFailed{Reason: reason, Domain: d.Wire()})
}

func recordDomainMissing(tx *db.OrgTx, d *Domain) error {
	return audit.Record(tx, audit.OrganizationDomainRecordMissing{Domain: d.Wire(), MissingSince: wire.At(*d.MissingSince)})
}

func recordDomainFound(tx *db.OrgTx, d *Domain) error {
	return audit.Record(tx, audit.OrganizationDomainRecordFound{Domain: d.Wire()})
}

func recordDomainMoveStarted(tx *db.OrgTx, d *Domain, at time.Time) error {
	return audit.Record(tx, audit.OrganizationDomainMoveStarted{Domain: d.Wire(), MovesAt: wire.At(at)})
}

func recordDomainMoveCancelled(tx *db.OrgTx, d *Domain) error {
	return audit.Record(tx, audit.OrganizationDomainMoveCancelled{Domain: d.Wire()})
}

func recordBranding(tx *db.OrgTx) error {
	o, err := Get(tx, tx.Organization())
	if err != nil {
		return err
	}
	w, err := snapshot(tx, o)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.BrandingUpdated{Organization: w})
}

package tenants

import "time"

// DomainNotice is what the people who run an organization hear of a domain.
type DomainNotice struct {
	Kind    DomainNoticeKind
	Domain  Domain
	MovesAt time.Time // DomainLeaves
}

// DomainNoticeKind is what happened.
type DomainNoticeKind string

// The kinds.
const (
	DomainProven      DomainNoticeKind = "proven"        // it is the organization's now
	DomainMissing     DomainNoticeKind = "missing"       // its record is gone, or has been for long
	DomainLeaves      DomainNoticeKind = "leaves"        // another organization has proven it: it moves
	DomainLeft        DomainNoticeKind = "left"          // it moved
	DomainKeptByOther DomainNoticeKind = "kept_by_other" // the holder's own record is there: the claim failed
)

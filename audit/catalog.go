package audit

// Catalog is one example of every kind of entry, for the golden files and for
// the page that lists what can happen.
var Catalog = []Entry{
	UserCreated{},
	UserUpdated{},
	UserDeleted{},
	UserBanned{},
	UserUnbanned{},
	PasswordChanged{},
	OperatorCreated{},
	OrganizationCreated{},
	OrganizationUpdated{},
	OrganizationDeleted{},
	OrganizationDomainCreated{},
	OrganizationDomainUpdated{},
	OrganizationDomainVerified{},
	OrganizationDomainDeleted{},
	MembershipCreated{},
	MembershipUpdated{},
	MembershipDeleted{},
	RoleCreated{},
	BrandingUpdated{},
	AuthenticationSettingsUpdated{},
	AuthenticationPasswordSucceeded{},
	AuthenticationPasswordFailed{},
	SessionCreated{},
	SessionRevoked{},
	SessionRefreshed{},
	SessionSwitched{},
	RefreshTokenReused{},
	BrowserSessionStarted{},
	BrowserSessionEnded{},
	ErrorShown{},
	ClientCreated{},
	ClientUpdated{},
	ClientDeleted{},
	ClientSecretCreated{},
	ClientSecretRevoked{},
	RedirectURIAdded{},
	RedirectURIRemoved{},
	GrantIssued{},
	GrantCodeReused{},
	SigningKeyRotated{},
	APIKeyCreated{},
	APIKeyRevoked{},
}

// published are the types that applications hear of, by the wire's names. The
// others are for the audit log alone.
var published = map[string]bool{
	"user.created": true, "user.updated": true, "user.deleted": true,
	"organization.created": true, "organization.updated": true, "organization.deleted": true,
	"organization_domain.created": true, "organization_domain.updated": true, "organization_domain.deleted": true, "organization_domain.verified": true,
	"organization_membership.created": true, "organization_membership.updated": true, "organization_membership.deleted": true,
	"role.created": true, "session.created": true, "session.revoked": true,
	"authentication.password_succeeded": true, "authentication.password_failed": true,
	"api_key.created": true, "api_key.revoked": true,
}

// Published reports whether applications receive events of this type.
func Published(eventType string) bool { return published[eventType] }
